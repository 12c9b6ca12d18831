// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.inetdiag;

/**
 * What the kernel multicasts of a full socket that it destroys ({@code inet_diag_destroy_sk}, {@code net/ipv4/inet_diag.c}):
 * an {@code inet_diag_msg} whose state is always CLOSE and whose timer, uid and inode are always 0, and the last
 * {@code tcp_info}. Sent after the fact, some microseconds later.
 *
 * <p>Not all of it can be believed: a socket that was disconnected before (aborted, refused, or killed in the accept queue)
 * comes without its destination port and with all counters 0. A quantity that the running kernel does not give is {@link
 * #ABSENT}.
 *
 * <p>Valid only during the call that hands it over.
 */
public final class DestroyMessage {
    /** The running kernel does not have the field. */
    public static final long ABSENT = TcpInfo.ABSENT;

    private final InetDiagMessage socket;
    private final TcpInfo info;

    DestroyMessage(InetDiagMessage socket, TcpInfo info) {
        this.socket = socket;
        this.info = info;
    }

    public boolean isIpv6() {
        return socket.family() == InetDiagMessage.AF_INET6;
    }

    public long cookie() {
        return socket.cookie();
    }

    public int localPort() {
        return socket.sourcePort();
    }

    public int remotePort() {
        return socket.destinationPort();
    }

    /** Of an {@code AF_INET} socket, as a big-endian integer. */
    public int localIpv4() {
        return socket.sourceIpv4();
    }

    /** Of an {@code AF_INET} socket, as a big-endian integer. */
    public int remoteIpv4() {
        return socket.destinationIpv4();
    }

    /** The first half of the address of an {@code AF_INET6} socket, big-endian. */
    public long localHigh() {
        return socket.sourceHigh();
    }

    public long localLow() {
        return socket.sourceLow();
    }

    public long remoteHigh() {
        return socket.destinationHigh();
    }

    public long remoteLow() {
        return socket.destinationLow();
    }

    /** Bytes acknowledged; our SYN, if we sent the first, and our FIN, if it was acknowledged, count one each. */
    public long bytesAcknowledged() {
        return info.bytesAcked();
    }

    /** Bytes received in order; a FIN counts one. */
    public long bytesReceived() {
        return info.bytesReceived();
    }

    /** Payload bytes sent, those sent again included. */
    public long bytesSent() {
        return info.bytesSent();
    }

    /** Payload bytes sent again. */
    public long bytesRetransmitted() {
        return info.bytesRetransmitted();
    }

    public long segmentsReceived() {
        return info.segmentsReceived();
    }

    /** Of these, segments with payload. */
    public long dataSegmentsReceived() {
        return info.dataSegmentsReceived();
    }

    /** Segments sent again, over the whole life. */
    public long segmentsRetransmitted() {
        return info.totalRetransmits();
    }

    /** Retransmission time-outs in a row at the end. */
    public long timeoutsInARow() {
        return info.retransmits();
    }

    /** Probes without an answer at the end. */
    public long unansweredProbes() {
        return info.probes();
    }

    /** Milliseconds since the last ACK came in. */
    public long lastAckReceivedMillis() {
        return info.lastAckReceivedMillis();
    }

    /** The smoothed round-trip time, in microseconds. */
    public long rttMicros() {
        return info.rttMicros();
    }

    @Override
    public String toString() {
        return "destroyed{" + socket + ", " + info + "}";
    }
}
