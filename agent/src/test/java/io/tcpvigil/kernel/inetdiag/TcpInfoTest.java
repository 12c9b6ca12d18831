// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.inetdiag;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

class TcpInfoTest {
    /** A field: what reads it, and the bytes from its start to its end in struct tcp_info. */
    private record Field(String name, ToLongFunction<TcpInfo> reader, int from, int to) {}

    private static final List<Field> FIELDS = List.of(
            new Field("tcpi_rto", TcpInfo::rtoMicros, 8, 12),
            new Field("tcpi_last_data_sent", TcpInfo::lastDataSentMillis, 44, 48),
            new Field("tcpi_last_data_recv", TcpInfo::lastDataReceivedMillis, 52, 56),
            new Field("tcpi_last_ack_recv", TcpInfo::lastAckReceivedMillis, 56, 60),
            new Field("tcpi_rtt", TcpInfo::rttMicros, 68, 72),
            new Field("tcpi_snd_cwnd", TcpInfo::sendCongestionWindow, 80, 84),
            new Field("tcpi_total_retrans", TcpInfo::totalRetransmits, 100, 104),
            new Field("tcpi_bytes_acked", TcpInfo::bytesAcked, 120, 128),
            new Field("tcpi_bytes_received", TcpInfo::bytesReceived, 128, 136),
            new Field("tcpi_bytes_sent", TcpInfo::bytesSent, 200, 208),
            new Field("tcpi_bytes_retrans", TcpInfo::bytesRetransmitted, 208, 216));

    /** 280 bytes, as Linux 6.18 has, each byte its own offset, at an offset that is no multiple of 8. */
    private static ByteBuffer numbered() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(284).order(ByteOrder.nativeOrder());
        for (int i = 0; i < 280; i++) {
            buffer.put(4 + i, (byte) i);
        }
        return buffer;
    }

    @Test
    void readsEachFieldAtItsOffset() {
        ByteBuffer buffer = numbered();
        TcpInfo info = new TcpInfo(buffer).wrap(4, 280);
        for (Field field : FIELDS) {
            long expected = field.to() - field.from() == 4
                    ? buffer.getInt(4 + field.from()) & 0xFFFF_FFFFL
                    : buffer.getLong(4 + field.from());
            assertEquals(expected, field.reader().applyAsLong(info), field.name());
        }
    }

    @Test
    void takesAFieldForAbsentWhenTheStructureEndsBeforeIt() {
        TcpInfo info = new TcpInfo(numbered());
        for (int length = 0; length <= 280; length++) {
            info.wrap(4, length);
            for (Field field : FIELDS) {
                boolean absent = field.reader().applyAsLong(info) == TcpInfo.ABSENT;
                assertEquals(length < field.to(), absent, field.name() + " of " + length + " bytes");
            }
        }
    }
}
