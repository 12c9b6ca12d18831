// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.inetdiag;

import io.tcpvigil.kernel.netlink.NetlinkMessage;
import io.tcpvigil.tcp.SocketFilter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Builds {@code struct inet_diag_req_v2} ({@code linux/inet_diag.h}), 56 bytes, with room for the netlink header. */
final class InetDiagRequest {
    private static final int FAMILY_OFFSET = NetlinkMessage.HEADER_SIZE;
    private static final int PROTOCOL_OFFSET = FAMILY_OFFSET + 1;
    private static final int EXTENSIONS_OFFSET = PROTOCOL_OFFSET + 1;
    private static final int STATES_OFFSET = EXTENSIONS_OFFSET + 2;
    private static final int SOCKID_OFFSET = STATES_OFFSET + 4;
    private static final int SIZE = SOCKID_OFFSET + 48;

    private static final int IPPROTO_TCP = 6;
    /** Request attribute INET_DIAG_REQ_BYTECODE. */
    private static final int BYTECODE = 1;

    private static final int ATTRIBUTE_HEADER_SIZE = 4;

    /** Extension bit of attribute INET_DIAG_INFO ({@code tcp_info}). */
    static final int EXTENSION_INFO = 1 << (InetDiagReader.ATTRIBUTE_INFO - 1);

    private InetDiagRequest() {}

    /**
     * A request for a dump.
     *
     * @param family AF_INET or AF_INET6; the kernel refuses 0
     * @param extensions bit n-1 asks for attribute n
     * @param stateMask bit n asks for the kernel's state n
     */
    static byte[] of(int family, int extensions, int stateMask, SocketFilter filter) {
        byte[] program = Bytecode.compile(filter);
        int attribute = program == null ? 0 : ATTRIBUTE_HEADER_SIZE + program.length;
        ByteBuffer request = ByteBuffer.allocate(SIZE + attribute).order(ByteOrder.nativeOrder());
        request.put(FAMILY_OFFSET, (byte) family);
        request.put(PROTOCOL_OFFSET, (byte) IPPROTO_TCP);
        request.put(EXTENSIONS_OFFSET, (byte) extensions);
        request.putInt(STATES_OFFSET, stateMask);
        if (program != null) {
            request.position(SIZE);
            request.putShort((short) attribute).putShort((short) BYTECODE).put(program);
        }
        return request.array();
    }
}
