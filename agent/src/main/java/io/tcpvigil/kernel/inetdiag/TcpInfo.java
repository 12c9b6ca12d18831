// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.inetdiag;

import java.nio.ByteBuffer;

/**
 * A view of {@code struct tcp_info} ({@code linux/tcp.h}), all fields in this CPU's byte order. The structure has only ever
 * grown at its end (192 bytes in 4.10, 232 in 5.4, 280 in 6.18), so each field is read by its offset and is {@link
 * #ABSENT} where the kernel's structure ends before it.
 *
 * <p>Payloads of attributes are aligned to 4 bytes only. Valid only until the next datagram is received.
 */
final class TcpInfo {
    /** The running kernel does not have the field. No field reaches it: the largest are unsigned 32 bits. */
    static final long ABSENT = -1;

    static final int RETRANSMITS_OFFSET = 2;
    static final int PROBES_OFFSET = 3;
    static final int RTO_OFFSET = 8;
    static final int LAST_DATA_SENT_OFFSET = 44;
    static final int LAST_DATA_RECEIVED_OFFSET = 52;
    static final int LAST_ACK_RECEIVED_OFFSET = 56;
    static final int RTT_OFFSET = 68;
    static final int SND_CWND_OFFSET = 80;
    static final int TOTAL_RETRANS_OFFSET = 100;
    static final int BYTES_ACKED_OFFSET = 120;
    static final int BYTES_RECEIVED_OFFSET = 128;
    static final int SEGS_IN_OFFSET = 140;
    static final int DATA_SEGS_IN_OFFSET = 152;
    static final int BYTES_SENT_OFFSET = 200;
    static final int BYTES_RETRANS_OFFSET = 208;

    private final ByteBuffer buffer;
    private int offset;
    private int length;

    TcpInfo(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    /** Points at a payload of {@code length} bytes. */
    TcpInfo wrap(int offset, int length) {
        this.offset = offset;
        this.length = length;
        return this;
    }

    /** Retransmission time-outs in a row. */
    long retransmits() {
        return unsigned8(RETRANSMITS_OFFSET);
    }

    /** Zero-window and keepalive probes without an answer. */
    long probes() {
        return unsigned8(PROBES_OFFSET);
    }

    /** Milliseconds since the application last had data sent. */
    long lastDataSentMillis() {
        return unsigned32(LAST_DATA_SENT_OFFSET);
    }

    /** Milliseconds since data came in; a bare FIN does not count. */
    long lastDataReceivedMillis() {
        return unsigned32(LAST_DATA_RECEIVED_OFFSET);
    }

    /** Milliseconds since a valid ACK came in, the one on a FIN too. */
    long lastAckReceivedMillis() {
        return unsigned32(LAST_ACK_RECEIVED_OFFSET);
    }

    /** Retransmission time-out, microseconds. */
    long rtoMicros() {
        return unsigned32(RTO_OFFSET);
    }

    /** Smoothed round-trip time, microseconds. */
    long rttMicros() {
        return unsigned32(RTT_OFFSET);
    }

    /** Congestion window, segments. */
    long sendCongestionWindow() {
        return unsigned32(SND_CWND_OFFSET);
    }

    /** Segments sent again, over the whole life. */
    long totalRetransmits() {
        return unsigned32(TOTAL_RETRANS_OFFSET);
    }

    /** Bytes that were acknowledged; the SYN of the connecting side and an acknowledged FIN count one each. */
    long bytesAcked() {
        return signed64(BYTES_ACKED_OFFSET);
    }

    /** Bytes received in order; a FIN counts one. */
    long bytesReceived() {
        return signed64(BYTES_RECEIVED_OFFSET);
    }

    /** Segments received, over the whole life. */
    long segmentsReceived() {
        return unsigned32(SEGS_IN_OFFSET);
    }

    /** Segments received that had payload. */
    long dataSegmentsReceived() {
        return unsigned32(DATA_SEGS_IN_OFFSET);
    }

    /** Payload bytes sent, those sent again included; no SYN, no FIN. */
    long bytesSent() {
        return signed64(BYTES_SENT_OFFSET);
    }

    /** Payload bytes sent again. */
    long bytesRetransmitted() {
        return signed64(BYTES_RETRANS_OFFSET);
    }

    private long unsigned8(int field) {
        return field + Byte.BYTES > length ? ABSENT : buffer.get(offset + field) & 0xFF;
    }

    private long unsigned32(int field) {
        return field + Integer.BYTES > length ? ABSENT : buffer.getInt(offset + field) & 0xFFFF_FFFFL;
    }

    private long signed64(int field) {
        return field + Long.BYTES > length ? ABSENT : buffer.getLong(offset + field);
    }

    @Override
    public String toString() {
        return "tcp_info{length=" + length + ", rto=" + rtoMicros() + " us, last data sent=" + lastDataSentMillis()
                + " ms, last data received=" + lastDataReceivedMillis() + " ms, last ACK received="
                + lastAckReceivedMillis() + " ms, rtt=" + rttMicros() + " us, cwnd=" + sendCongestionWindow()
                + ", retransmits=" + totalRetransmits() + ", acked=" + bytesAcked() + ", received=" + bytesReceived()
                + ", sent=" + bytesSent() + ", sent again=" + bytesRetransmitted() + "}";
    }
}
