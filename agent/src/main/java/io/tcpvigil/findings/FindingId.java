// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import java.util.Locale;

/** Everything that can be found. Each has a runbook of its name, {@code grafana/runbooks/LABEL.md}. */
public enum FindingId {
    CLOSE_WAIT_LEAK,
    TIME_WAIT_PILE,
    EPHEMERAL_EXHAUSTION,
    ACCEPT_QUEUE_FULL,
    SYN_RECEIVED_PILE,
    SYN_SENT_PILE,
    FIN_WAIT_2_PILE,
    LAST_ACK_STUCK,
    FIN_WAIT_1_STUCK,
    CLOSING_STUCK,
    TIME_WAIT_OVERFLOW,
    LISTEN_DROPS,
    SYN_COOKIES_ACTIVE,
    ORPHAN_PRESSURE,
    RESET_STORM,
    CONNECT_FAILURES,
    DESCRIPTOR_EXHAUSTION,
    MEMORY_PRESSURE,
    SHORT_LIVED_CHURN,
    HIDDEN_CLOSED,
    PORT_CONFLICT_POOLS,
    SAMPLING_BLIND;

    /** The name for machines (labels, JSON). */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
