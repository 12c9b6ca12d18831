// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Where the running kernel keeps what the probe reads of a socket; bytes from the start of the structure.
 *
 * @param tracepointType number of the type {@code btf_trace_inet_sock_set_state}; 0 when there is none, as before 5.5
 * @param protocol {@code sk_protocol}: 16 bits since 5.6, a bit field of 8 before
 * @param family {@code skc_family}
 * @param network {@code skc_net.net}: the address of the network namespace
 * @param namespaceInode {@code net.ns.inum}: what {@code /proc/PID/ns/net} shows
 * @param localPort {@code inet_sport}, network order; unlike {@code skc_num} it outlives the release of the port
 * @param remotePort {@code skc_dport}, network order
 * @param localIpv4 {@code inet_saddr}
 * @param remoteIpv4 {@code skc_daddr}
 * @param localIpv6 {@code skc_v6_rcv_saddr}; 0 on a kernel without IPv6
 * @param remoteIpv6 {@code skc_v6_daddr}; 0 on a kernel without IPv6
 */
record SocketLayout(
        int tracepointType,
        BtfTypes.Member protocol,
        int family,
        int network,
        int namespaceInode,
        int localPort,
        int remotePort,
        int localIpv4,
        int remoteIpv4,
        int localIpv6,
        int remoteIpv6) {
    /** The BTF of the running kernel, for everybody to read; with CONFIG_DEBUG_INFO_BTF. */
    static final Path USUAL = Path.of("/sys/kernel/btf/vmlinux");

    private static final String COMMON = "__sk_common";

    /** Looks the members up in the BTF of a kernel. */
    static SocketLayout read(Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file)) {
            // Outside the heap, which would keep room for these megabytes for good: 11 MB of a daemon.
            ByteBuffer types = ByteBuffer.allocateDirect(Math.toIntExact(in.size()));
            boolean more = true;
            while (more) {
                more = in.read(types) > 0;
            }
            return find(BtfTypes.read(types.flip()));
        }
    }

    static SocketLayout find(BtfTypes types) throws MalformedTypesException {
        BtfTypes.Member protocol = types.member("sock", "sk_protocol");
        if (protocol.bytes() != 1 && protocol.bytes() != 2) {
            throw new MalformedTypesException(-1, "sk_protocol has " + protocol.bytes() + " bytes");
        }
        return new SocketLayout(
                types.typedef("btf_trace_inet_sock_set_state"),
                protocol,
                types.member("sock", COMMON, "skc_family").offset(),
                types.member("sock", COMMON, "skc_net", "net").offset(),
                types.member("net", "ns", "inum").offset(),
                types.member("inet_sock", "inet_sport").offset(),
                types.member("sock", COMMON, "skc_dport").offset(),
                types.member("inet_sock", "inet_saddr").offset(),
                types.member("sock", COMMON, "skc_daddr").offset(),
                ipv6(types, "skc_v6_rcv_saddr"),
                ipv6(types, "skc_v6_daddr"));
    }

    private static int ipv6(BtfTypes types, String name) throws MalformedTypesException {
        try {
            return types.member("sock", COMMON, name).offset();
        } catch (MalformedTypesException failure) {
            if (failure.offset() >= 0) {
                throw failure;
            }
            // Built without IPv6: no socket has that family.
            return 0;
        }
    }
}
