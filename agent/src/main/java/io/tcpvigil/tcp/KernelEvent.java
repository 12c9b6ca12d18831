// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

import java.util.Locale;

/**
 * Events in the life of TCP connections that the kernel counts for each network namespace: the line {@code Tcp:} of {@code
 * /proc/net/snmp} (RFC 4022) and the line {@code TcpExt:} of {@code /proc/net/netstat}. What each counts exactly is in {@code
 * net/ipv4/tcp*.c}; what is said here was measured where the name misleads.
 */
public enum KernelEvent {
    /** Connections that connect() sent a SYN for; crossed SYNs once, an attempt without a free port not at all. */
    ACTIVE_OPENS("ActiveOpens", false),
    /** Connections made of a request socket or a SYN cookie. */
    PASSIVE_OPENS("PassiveOpens", false),
    /** Attempts refused or timed out, and request sockets killed by RST or SYN; not those that their process gave up. */
    ATTEMPT_FAILS("AttemptFails", false),
    /** ESTABLISHED or CLOSE-WAIT to CLOSED; not a RST in a later state. */
    ESTAB_RESETS("EstabResets", false),
    OUT_RSTS("OutRsts", false),
    RETRANS_SEGS("RetransSegs", false),
    /** Minisocks made to live for more than 4 s: TIME-WAIT, and orphans in FIN-WAIT-2. */
    TW("TW", true),
    /** Minisocks made to live for up to 4 s, despite its name. */
    TW_KILLED("TWKilled", true),
    /** TIME-WAITs whose 4-tuple a connect() took over (tcp_tw_reuse). */
    TW_RECYCLED("TWRecycled", true),
    /** TIME-WAITs skipped because there were tcp_max_tw_buckets. */
    TIME_WAIT_OVERFLOW("TCPTimeWaitOverflow", true),
    LISTEN_OVERFLOWS("ListenOverflows", true),
    LISTEN_DROPS("ListenDrops", true),
    REQ_Q_FULL_DO_COOKIES("TCPReqQFullDoCookies", true),
    REQ_Q_FULL_DROP("TCPReqQFullDrop", true),
    SYNCOOKIES_SENT("SyncookiesSent", true),
    SYNCOOKIES_RECV("SyncookiesRecv", true),
    SYNCOOKIES_FAILED("SyncookiesFailed", true),
    /** Request sockets removed by a RST or a SYN. */
    EMBRYONIC_RSTS("EmbryonicRsts", true),
    ABORT_ON_DATA("TCPAbortOnData", true),
    ABORT_ON_CLOSE("TCPAbortOnClose", true),
    ABORT_ON_TIMEOUT("TCPAbortOnTimeout", true),
    ABORT_ON_MEMORY("TCPAbortOnMemory", true),
    ABORT_ON_LINGER("TCPAbortOnLinger", true),
    ABORT_FAILED("TCPAbortFailed", true),
    TIMEOUTS("TCPTimeouts", true),
    /** SYNs and SYN-ACKs sent again. */
    SYN_RETRANS("TCPSynRetrans", true),
    KEEP_ALIVE("TCPKeepAlive", true);

    private final String kernelName;
    private final boolean extended;

    KernelEvent(String kernelName, boolean extended) {
        this.kernelName = kernelName;
        this.extended = extended;
    }

    /** The name in the file. */
    public String kernelName() {
        return kernelName;
    }

    /** Whether it is of {@code TcpExt:} in {@code /proc/net/netstat}, not of {@code Tcp:} in {@code /proc/net/snmp}. */
    public boolean isExtended() {
        return extended;
    }

    /** The name for machines (labels, JSON). */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
