// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.inetdiag;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.netlink.NetlinkMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Builds the bodies of dump requests ({@code linux/inet_diag.h}), with room for the netlink header: {@code struct
 * inet_diag_req_v2}, 56 bytes, for one family, and {@code struct inet_diag_req}, 60 bytes, for both.
 */
final class InetDiagRequest {
    /** {@code SOCK_DIAG_BY_FAMILY} of {@code linux/sock_diag.h}. */
    static final int TYPE_ONE_FAMILY = 20;

    /**
     * {@code TCPDIAG_GETSOCK}, what SOCK_DIAG_BY_FAMILY came after (Linux 3.3). The kernel takes it for a request for
     * AF_UNSPEC, whatever family it names ({@code inet_diag.c}, inet_diag_dump_compat), which it refuses in the newer one.
     */
    static final int TYPE_BOTH_FAMILIES = 18;

    // struct inet_diag_req_v2 { u8 sdiag_family, sdiag_protocol, idiag_ext, pad; u32 idiag_states; sockid id; }
    private static final int FAMILY_OFFSET = NetlinkMessage.HEADER_SIZE;
    private static final int PROTOCOL_OFFSET = FAMILY_OFFSET + 1;
    private static final int EXTENSIONS_OFFSET = PROTOCOL_OFFSET + 1;
    private static final int STATES_OFFSET = EXTENSIONS_OFFSET + 2;
    private static final int SOCKID_OFFSET = STATES_OFFSET + 4;
    private static final int SOCKID_SIZE = 48;
    private static final int SIZE = SOCKID_OFFSET + SOCKID_SIZE;

    // struct inet_diag_req { u8 idiag_family, idiag_src_len, idiag_dst_len, idiag_ext; sockid id; u32 idiag_states,
    // idiag_dbs; }
    private static final int LEGACY_EXTENSIONS_OFFSET = NetlinkMessage.HEADER_SIZE + 3;
    private static final int LEGACY_SOCKID_OFFSET = LEGACY_EXTENSIONS_OFFSET + 1;
    private static final int LEGACY_STATES_OFFSET = LEGACY_SOCKID_OFFSET + SOCKID_SIZE;
    private static final int LEGACY_SIZE = LEGACY_STATES_OFFSET + 4 + 4;

    private static final byte IPPROTO_TCP = 6;
    private static final byte IPPROTO_UDP = 17;
    /** Request attribute INET_DIAG_REQ_BYTECODE. */
    private static final int BYTECODE = 1;

    private static final int ATTRIBUTE_HEADER_SIZE = 4;

    /** Extension bit of attribute INET_DIAG_INFO ({@code tcp_info}). */
    static final int EXTENSION_INFO = 1 << (InetDiagReader.ATTRIBUTE_INFO - 1);

    private InetDiagRequest() {}

    /**
     * A request for a dump of the TCP sockets of one family, of type {@link #TYPE_ONE_FAMILY}.
     *
     * @param extensions bit n-1 asks for attribute n
     * @param stateMask bit n asks for the kernel's state n
     * @param program what {@link Bytecode} made; null for all rows
     */
    static byte[] ofTcp(boolean ipv6, int extensions, int stateMask, byte @Nullable [] program) {
        return ofProtocol(IPPROTO_TCP, ipv6, extensions, stateMask, program);
    }

    /** The same for UDP sockets, which are ESTABLISHED when they are connected and CLOSE when not. */
    static byte[] ofUdp(boolean ipv6, int stateMask, byte @Nullable [] program) {
        return ofProtocol(IPPROTO_UDP, ipv6, 0, stateMask, program);
    }

    private static byte[] ofProtocol(
            byte protocol, boolean ipv6, int extensions, int stateMask, byte @Nullable [] program) {
        byte[] request = withProgram(SIZE, program);
        request[FAMILY_OFFSET] = (byte) (ipv6 ? InetDiagMessage.AF_INET6 : InetDiagMessage.AF_INET);
        request[PROTOCOL_OFFSET] = protocol;
        request[EXTENSIONS_OFFSET] = (byte) extensions;
        ByteBuffer.wrap(request).order(ByteOrder.nativeOrder()).putInt(STATES_OFFSET, stateMask);
        return request;
    }

    /** {@link #ofTcp} for both families, of type {@link #TYPE_BOTH_FAMILIES}. */
    static byte[] ofBothFamilies(int extensions, int stateMask, byte @Nullable [] program) {
        byte[] request = withProgram(LEGACY_SIZE, program);
        request[LEGACY_EXTENSIONS_OFFSET] = (byte) extensions;
        ByteBuffer.wrap(request).order(ByteOrder.nativeOrder()).putInt(LEGACY_STATES_OFFSET, stateMask);
        return request;
    }

    /** A zeroed request with the program, if there is one, behind its first {@code size} bytes. */
    private static byte[] withProgram(int size, byte @Nullable [] program) {
        int attribute = program == null ? 0 : ATTRIBUTE_HEADER_SIZE + program.length;
        ByteBuffer request = ByteBuffer.allocate(size + attribute).order(ByteOrder.nativeOrder());
        if (program != null) {
            request.position(size);
            request.putShort((short) attribute).putShort((short) BYTECODE).put(program);
        }
        return request.array();
    }
}
