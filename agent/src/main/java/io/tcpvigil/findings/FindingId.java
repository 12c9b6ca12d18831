// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import java.util.Locale;

/**
 * Everything that can be found, each with the number from which on it is a finding when nothing else is set. Each has a runbook
 * of its name, {@code grafana/runbooks/LABEL.md}.
 */
public enum FindingId {
    CLOSE_WAIT_LEAK(Scale.COUNT, 10, "CLOSE-WAIT sockets that one process has forgotten to close"),
    TIME_WAIT_PILE(Scale.SHARE, 0.8, "TIME-WAIT, of tcp_max_tw_buckets"),
    EPHEMERAL_EXHAUSTION(Scale.SHARE, 0.8, "ephemeral ports in use, of those to one destination or for bind"),
    ACCEPT_QUEUE_FULL(Scale.SHARE, 0.8, "connections that wait for accept, of what one listener has room for"),
    SYN_RECEIVED_PILE(Scale.COUNT, 16, "half-open connections to one port that do not answer"),
    SYN_SENT_PILE(Scale.COUNT, 5, "connects to one destination that are not answered"),
    FIN_WAIT_2_PILE(Scale.COUNT, 10, "silent FIN-WAIT-2 sockets that one process holds"),
    LAST_ACK_STUCK(Scale.COUNT, 5, "LAST-ACK sockets whose peer does not acknowledge"),
    FIN_WAIT_1_STUCK(Scale.COUNT, 5, "FIN-WAIT-1 sockets whose peer does not acknowledge"),
    CLOSING_STUCK(Scale.COUNT, 5, "CLOSING sockets whose peer does not acknowledge"),
    TIME_WAIT_OVERFLOW(Scale.COUNT, 1, "connections closed without TIME-WAIT within a minute"),
    LISTEN_DROPS(Scale.PER_SECOND, 1, "handshakes that listeners drop"),
    SYN_COOKIES_ACTIVE(Scale.PER_SECOND, 1, "SYNs that find a full queue"),
    /** The kernel counts an orphan up to four times that makes no progress (tcp_out_of_resources in tcp_timer.c). */
    ORPHAN_PRESSURE(Scale.SHARE, 0.25, "orphans, of tcp_max_orphans"),
    RESET_STORM(Scale.PER_SECOND, 10, "connections that end by a reset"),
    CONNECT_FAILURES(Scale.COUNT, 10, "connects that failed within a minute"),
    DESCRIPTOR_EXHAUSTION(Scale.SHARE, 0.8, "open files of one process, of its limit"),
    MEMORY_PRESSURE(Scale.SHARE, 0.8, "pages of TCP buffers, of the second number of tcp_mem"),
    SHORT_LIVED_CHURN(Scale.PER_SECOND, 20, "connections to one destination that are opened and closed"),
    HIDDEN_CLOSED(Scale.COUNT, 200, "sockets of a process that no dump shows"),
    PORT_CONFLICT_POOLS(Scale.SHARE, 0.5, "ports that bind holds, of the ephemeral range"),
    SAMPLING_BLIND(Scale.SHARE, 0.5, "events that were missed, of what the kernel counted");

    /** What a threshold is a number of. */
    public enum Scale {
        /** How many; 1 or more. */
        COUNT,
        /** A part of a limit; above 0, and 1 is all of it. */
        SHARE,
        /** How many in a second; above 0. */
        PER_SECOND
    }

    private final Scale scale;
    private final double usualThreshold;
    private final String what;

    FindingId(Scale scale, double usualThreshold, String what) {
        this.scale = scale;
        this.usualThreshold = usualThreshold;
        this.what = what;
    }

    /** The name for machines (labels, JSON). */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public Scale scale() {
        return scale;
    }

    /** From which number on it is a finding, when nothing else is set. */
    public double usualThreshold() {
        return usualThreshold;
    }

    /** What is counted, for people. */
    public String what() {
        return what;
    }
}
