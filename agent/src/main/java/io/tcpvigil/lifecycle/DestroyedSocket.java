// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

/**
 * What a destroy message of {@code NETLINK_SOCK_DIAG} tells of a full socket that is no more: its addresses, cookie, and the
 * last values of its {@code struct tcp_info} ({@code include/uapi/linux/tcp.h}). To be filled anew for each message; {@link
 * ConnectionTracker#destroyed} keeps nothing of it.
 */
public final class DestroyedSocket {
    /** A quantity that the message does not give. */
    public static final long UNKNOWN = -1;

    boolean ipv6;
    long localHigh;
    long localLow;
    int localPort;
    long remoteHigh;
    long remoteLow;
    int remotePort;
    long cookie;
    long bytesAcknowledged = UNKNOWN;
    long bytesSent = UNKNOWN;
    long bytesRetransmitted = UNKNOWN;
    long segmentsReceived = UNKNOWN;
    long timeouts = UNKNOWN;
    long probes = UNKNOWN;
    long lastAckReceivedMillis = UNKNOWN;
    long bytesReceived = UNKNOWN;
    long dataSegmentsReceived = UNKNOWN;
    long rttMicros = UNKNOWN;

    /** Starts an {@code AF_INET} socket, of which only this is known; addresses as big-endian integers. */
    public void ipv4(int localAddress, int localPort, int remoteAddress, int remotePort, long cookie) {
        start(false, 0, localAddress & 0xFFFF_FFFFL, localPort, 0, remoteAddress & 0xFFFF_FFFFL, remotePort, cookie);
    }

    /** Starts an {@code AF_INET6} socket, of which only this is known; each address as two big-endian halves. */
    public void ipv6(
            long localHigh,
            long localLow,
            int localPort,
            long remoteHigh,
            long remoteLow,
            int remotePort,
            long cookie) {
        start(true, localHigh, localLow, localPort, remoteHigh, remoteLow, remotePort, cookie);
    }

    private void start(
            boolean isIpv6,
            long ofLocalHigh,
            long ofLocalLow,
            int ofLocalPort,
            long ofRemoteHigh,
            long ofRemoteLow,
            int ofRemotePort,
            long ofCookie) {
        ipv6 = isIpv6;
        localHigh = ofLocalHigh;
        localLow = ofLocalLow;
        localPort = ofLocalPort;
        remoteHigh = ofRemoteHigh;
        remoteLow = ofRemoteLow;
        remotePort = ofRemotePort;
        cookie = ofCookie;
        bytesAcknowledged = UNKNOWN;
        bytesSent = UNKNOWN;
        bytesRetransmitted = UNKNOWN;
        segmentsReceived = UNKNOWN;
        timeouts = UNKNOWN;
        probes = UNKNOWN;
        lastAckReceivedMillis = UNKNOWN;
        bytesReceived = UNKNOWN;
        dataSegmentsReceived = UNKNOWN;
        rttMicros = UNKNOWN;
    }

    /** Makes this a copy of {@code other}. */
    void set(DestroyedSocket other) {
        start(
                other.ipv6,
                other.localHigh,
                other.localLow,
                other.localPort,
                other.remoteHigh,
                other.remoteLow,
                other.remotePort,
                other.cookie);
        putBytes(other.bytesAcknowledged, other.bytesSent, other.bytesRetransmitted);
        putSegments(other.segmentsReceived, other.timeouts, other.probes);
        putLastAckReceivedMillis(other.lastAckReceivedMillis);
        putReceived(other.bytesReceived, other.dataSegmentsReceived);
        putRttMicros(other.rttMicros);
    }

    /** {@code tcpi_bytes_acked}, {@code tcpi_bytes_sent} and {@code tcpi_bytes_retrans}, or {@link #UNKNOWN}. */
    public void putBytes(long acknowledged, long sent, long retransmitted) {
        bytesAcknowledged = acknowledged;
        bytesSent = sent;
        bytesRetransmitted = retransmitted;
    }

    /** {@code tcpi_segs_in}, {@code tcpi_retransmits} (time-outs in a row) and {@code tcpi_probes}, or {@link #UNKNOWN}. */
    public void putSegments(long received, long timeoutsInARow, long unansweredProbes) {
        segmentsReceived = received;
        timeouts = timeoutsInARow;
        probes = unansweredProbes;
    }

    /** {@code tcpi_last_ack_recv}: milliseconds since the last ACK came in, or {@link #UNKNOWN}. */
    public void putLastAckReceivedMillis(long millis) {
        lastAckReceivedMillis = millis;
    }

    /** {@code tcpi_bytes_received} and {@code tcpi_data_segs_in}, or {@link #UNKNOWN}. */
    public void putReceived(long bytes, long dataSegments) {
        bytesReceived = bytes;
        dataSegmentsReceived = dataSegments;
    }

    /** {@code tcpi_rtt}, which is 0 as long as nothing of ours was acknowledged, or {@link #UNKNOWN}. */
    public void putRttMicros(long micros) {
        rttMicros = micros;
    }

    /** Whether it never was connected to anything: a listener, or a socket closed before it was used. */
    boolean isNoConnection() {
        return localPort == 0 || (remoteHigh == 0 && remoteLow == 0);
    }

    /** Whether the kernel disconnected it before it destroyed it, which wipes the destination port and all counters. */
    boolean isDisconnected() {
        return remotePort == 0;
    }

    /** Whether our SYN was acknowledged, which the connecting side counts as a byte. */
    boolean isSynAcknowledged() {
        return bytesAcknowledged > 0;
    }

    /** Whether the handshake surely went through: the one who accepts takes the round-trip time from it. */
    boolean hasComeUp() {
        return isSynAcknowledged() || bytesReceived > 0 || rttMicros > 0;
    }

    /**
     * What is known of the peer's FIN, which counts as a byte received: {@link Flags#CLOSER_LOCAL} when none has come, so that
     * ours was the first if we sent one; {@link Flags#CLOSER_PEER} when nothing but a FIN has come; and {@link
     * Flags#CLOSER_NONE} when payload may be all that has come, as nothing counts that apart.
     */
    int closer() {
        if (bytesReceived == 0) {
            return Flags.CLOSER_LOCAL;
        }
        return bytesReceived == 1 && dataSegmentsReceived == 0 ? Flags.CLOSER_PEER : Flags.CLOSER_NONE;
    }

    /**
     * Bytes of sequence space acknowledged beyond what was sent as payload: one for our SYN if we sent the first, one for our
     * FIN if we sent one. Negative when payload is missing, too. {@link Long#MIN_VALUE} when it is not known.
     */
    private long flagsAcknowledged() {
        if (bytesAcknowledged < 0 || bytesSent < 0 || bytesRetransmitted < 0) {
            return Long.MIN_VALUE;
        }
        return bytesAcknowledged - (bytesSent - bytesRetransmitted);
    }

    /** Whether only a socket that sent the first SYN has such counters. */
    boolean mustBeOutbound() {
        return flagsAcknowledged() >= 2;
    }

    /** How it ended, as far as it had come up; a fate of {@link Flags}. */
    int fate(Direction direction) {
        long acknowledged = flagsAcknowledged();
        if (acknowledged == Long.MIN_VALUE) {
            return Flags.FATE_DESTROYED;
        }
        int syn = direction == Direction.INBOUND ? 0 : 1;
        if (acknowledged > syn) {
            return Flags.FATE_FIN_ACKED;
        }
        if (direction == Direction.UNKNOWN && acknowledged == 1) {
            return Flags.FATE_DESTROYED;
        }
        return timeouts == 0 && probes == 0 ? Flags.FATE_CUT : Flags.FATE_DESTROYED;
    }

    /**
     * How it ended, when it never came up: it was refused if anything at all came back, and given up by its process if
     * nothing did and the first SYN had not even timed out.
     */
    int fateOfAttempt() {
        if (segmentsReceived > 0) {
            return Flags.FATE_CUT;
        }
        return segmentsReceived == 0 && timeouts == 0 ? Flags.FATE_GIVEN_UP : Flags.FATE_DESTROYED;
    }
}
