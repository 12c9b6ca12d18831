// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.inetdiag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netlink.NetlinkMessage;
import io.tcpvigil.kernel.netlink.NetlinkSocket;
import io.tcpvigil.testing.Recording;
import io.tcpvigil.testing.StateZoo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Records a dump of a namespace with sockets in every state. With {@code -Drecord.fixtures} it writes the files that the
 * tests without a kernel read; always, it checks that this kernel still speaks as the recorded one did.
 */
class RecordingIT {
    static final String FIXTURES = "src/test/resources/io/tcpvigil/kernel/inetdiag";

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void recordsADumpThatEndsWithDone(boolean ipv6) throws Exception {
        ByteArrayOutputStream recorded = new ByteArrayOutputStream();
        try (StateZoo zoo = StateZoo.open()) {
            zoo.call(() -> {
                try (NetlinkSocket socket = NetlinkSocket.open(Libc.get(), InetDiagReader.PROTOCOL, 5000)) {
                    Recording.write(socket, request(ipv6), recorded);
                }
                return true;
            });
        }
        List<byte[]> datagrams = Recording.read(new ByteArrayInputStream(recorded.toByteArray()));
        byte[] last = datagrams.get(datagrams.size() - 1);
        assertEquals(
                NetlinkMessage.TYPE_DONE,
                ByteBuffer.wrap(last).order(ByteOrder.nativeOrder()).getShort(4));
        assertTrue(datagrams.size() >= 2, "one with rows, one with DONE");
        if (System.getProperty("record.fixtures") != null) {
            Files.createDirectories(Path.of(FIXTURES));
            Files.write(Path.of(FIXTURES, ipv6 ? "zoo-ipv6.dump" : "zoo-ipv4.dump"), recorded.toByteArray());
        }
    }

    private static byte[] request(boolean ipv6) {
        byte[] request = InetDiagRequest.ofTcp(
                ipv6, InetDiagRequest.EXTENSION_INFO, InetDiagReader.ALL_STATES_MASK | InetDiagReader.BOUND_MASK, null);
        // The header that NetlinkDump writes for its first request, so that a replay answers it.
        ByteBuffer.wrap(request)
                .order(ByteOrder.nativeOrder())
                .putInt(request.length)
                .putShort((short) 20)
                .putShort((short) 0x301)
                .putInt(1);
        return request;
    }
}
