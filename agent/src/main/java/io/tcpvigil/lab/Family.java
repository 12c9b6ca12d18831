// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The IP versions, with the addresses of the lab: documentation prefixes (RFC 5737, RFC 3849), so nobody's. */
public enum Family {
    IPV4("IPv4", 2, "192.0.2.1", "192.0.2.2"),
    IPV6("IPv6", 10, "2001:db8::1", "2001:db8::2");

    // struct sockaddr_in: family u16 host, port u16, address 4, 8 zero bytes.
    private static final int SOCKADDR_IN_SIZE = 16;
    // struct sockaddr_in6: family u16 host, port u16, flow 4, address 16, scope 4.
    private static final int SOCKADDR_IN6_SIZE = 28;
    private static final int PORT_OFFSET = 2;
    private static final int IPV4_ADDRESS_OFFSET = 4;
    private static final int IPV6_ADDRESS_OFFSET = 8;

    private final String displayName;
    private final int number;
    private final String kernel;
    private final String peer;

    Family(String displayName, int number, String kernel, String peer) {
        this.displayName = displayName;
        this.number = number;
        this.kernel = kernel;
        this.peer = peer;
    }

    private static IpAddress address(String text) {
        IpAddress parsed = IpAddress.parse(text);
        if (parsed == null) {
            throw new IllegalArgumentException(text);
        }
        return parsed;
    }

    /** {@code IPv4} or {@code IPv6}. */
    public String displayName() {
        return displayName;
    }

    /** AF_INET or AF_INET6. */
    int number() {
        return number;
    }

    /** The address of the TUN device, which is the kernel's. */
    public IpAddress kernel() {
        return address(kernel);
    }

    /** The address that the script speaks for. */
    public IpAddress peer() {
        return address(peer);
    }

    /** A struct sockaddr for system calls. */
    static byte[] sockaddr(Endpoint endpoint) {
        IpAddress address = endpoint.address();
        byte[] bytes = new byte[address.ipv6() ? SOCKADDR_IN6_SIZE : SOCKADDR_IN_SIZE];
        ByteBuffer fields = ByteBuffer.wrap(bytes);
        fields.order(ByteOrder.nativeOrder()).putShort((short) (address.ipv6() ? IPV6.number : IPV4.number));
        fields.order(ByteOrder.BIG_ENDIAN).putShort((short) endpoint.port());
        if (address.ipv6()) {
            fields.putLong(IPV6_ADDRESS_OFFSET, address.high()).putLong(IPV6_ADDRESS_OFFSET + 8, address.low());
        } else {
            fields.putInt(IPV4_ADDRESS_OFFSET, (int) address.low());
        }
        return bytes;
    }

    /** Room for a sockaddr of either family. */
    static byte[] emptySockaddr() {
        return new byte[SOCKADDR_IN6_SIZE];
    }

    /** The port in a sockaddr that the kernel filled. */
    static int port(byte[] sockaddr) {
        return ByteBuffer.wrap(sockaddr).getShort(PORT_OFFSET) & 0xFFFF;
    }

    /** The family whose name was typed ({@code 4}, {@code ipv6}); null when it is none. */
    public static @Nullable Family parse(String text) {
        for (Family family : values()) {
            if (family.displayName.equalsIgnoreCase(text)
                    || family.displayName.substring(3).equals(text)) {
                return family;
            }
        }
        return null;
    }
}
