// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes small BTF files. */
final class BtfBlob {
    private final ByteArrayOutputStream types = new ByteArrayOutputStream();
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private int count;

    BtfBlob() {
        strings.write(0);
    }

    /** A member, {@code bits} from the start; of a bit field {@code size} bits, else 0. */
    record Member(String name, int type, int bits, int size) {}

    private int name(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        int at = strings.size();
        strings.writeBytes((text + '\0').getBytes(StandardCharsets.US_ASCII));
        return at;
    }

    private void words(int... words) {
        ByteBuffer out = ByteBuffer.allocate(4 * words.length).order(ByteOrder.nativeOrder());
        for (int word : words) {
            out.putInt(word);
        }
        types.writeBytes(out.array());
    }

    /** A type without parts; the number that it gets. */
    int type(int kind, String name, int sizeOrType) {
        words(name(name), kind << 24, sizeOrType);
        count++;
        return count;
    }

    int integer(String name, int bytes) {
        int id = type(1, name, bytes);
        words(8 * bytes);
        return id;
    }

    int structure(int kind, String name, int bytes, Member... members) {
        boolean bitFields = false;
        for (Member member : members) {
            bitFields |= member.size > 0;
        }
        words(name(name), (bitFields ? 1 << 31 : 0) | kind << 24 | members.length, bytes);
        for (Member member : members) {
            words(name(member.name), member.type, bitFields ? member.size << 24 | member.bits : member.bits);
        }
        count++;
        return count;
    }

    byte[] build() {
        byte[] typeBytes = types.toByteArray();
        byte[] stringBytes = strings.toByteArray();
        ByteBuffer out =
                ByteBuffer.allocate(24 + typeBytes.length + stringBytes.length).order(ByteOrder.nativeOrder());
        out.putShort((short) 0xeb9f).put((byte) 1).put((byte) 0).putInt(24);
        out.putInt(0).putInt(typeBytes.length).putInt(typeBytes.length).putInt(stringBytes.length);
        return out.put(typeBytes).put(stringBytes).array();
    }

    /** What {@link SocketLayout} asks of a kernel; {@code bitField} for one before 5.6. */
    static byte[] kernel(boolean bitField, boolean ipv6) {
        BtfBlob btf = new BtfBlob();
        int u16 = btf.integer("unsigned short", 2);
        int u32 = btf.integer("unsigned int", 4);
        int be16 = btf.type(8, "__be16", u16);
        int be32 = btf.type(8, "__be32", u32);
        int netPointer = btf.type(2, "", u16 + 100);
        int possible = btf.type(8, "possible_net_t", netPointer + 2);
        btf.structure(4, "", 8, new Member("net", netPointer, 0, 0));
        int portPair = btf.structure(4, "", 4, new Member("skc_dport", be16, 0, 0), new Member("skc_num", u16, 16, 0));
        int portUnion = btf.structure(5, "", 4, new Member("skc_portpair", u32, 0, 0), new Member("", portPair, 0, 0));
        int common = ipv6
                ? btf.structure(
                        4,
                        "sock_common",
                        136,
                        new Member("skc_daddr", be32, 0, 0),
                        new Member("", portUnion, 96, 0),
                        new Member("skc_family", u16, 128, 0),
                        new Member("skc_net", possible, 384, 0),
                        new Member("skc_v6_daddr", u32, 448, 0),
                        new Member("skc_v6_rcv_saddr", u32, 576, 0))
                : btf.structure(
                        4,
                        "sock_common",
                        136,
                        new Member("skc_daddr", be32, 0, 0),
                        new Member("", portUnion, 96, 0),
                        new Member("skc_family", u16, 128, 0),
                        new Member("skc_net", possible, 384, 0));
        // A forward declaration of the same name comes first in some kernels.
        btf.type(7, "sock", 0);
        btf.structure(
                4,
                "sock",
                760,
                new Member("__sk_common", common, 0, 0),
                bitField ? new Member("sk_protocol", u32, 4264, 8) : new Member("sk_protocol", u16, 4256, 0));
        btf.structure(
                4, "inet_sock", 900, new Member("inet_saddr", be32, 6464, 0), new Member("inet_sport", be16, 6512, 0));
        int inum = btf.structure(4, "ns_common", 24, new Member("inum", u32, 128, 0));
        btf.structure(4, "net", 4000, new Member("ns", btf.type(10, "", inum), 1280, 0));
        btf.type(8, "btf_trace_inet_sock_set_state", u32);
        return btf.build();
    }
}
