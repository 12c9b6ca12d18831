// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

import io.tcpvigil.Nullable;

/**
 * A range of addresses with a common prefix. An IPv4 network also holds the v4-mapped addresses of IPv6 sockets: they are
 * the same peers on the wire.
 *
 * @param address the first address; bits behind the prefix are 0
 * @param prefixLength 0 to 32, or 0 to 128 for IPv6
 */
public record Network(IpAddress address, int prefixLength) {
    /** Reads {@code 192.0.2.1}, {@code 10.0.0.0/8}, {@code 2001:db8::/32}; null when it is none. */
    public static @Nullable Network parse(String text) {
        int slash = text.indexOf('/');
        IpAddress address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return null;
        }
        int width = address.ipv6() ? 128 : 32;
        int length = slash < 0 ? width : prefixLength(text.substring(slash + 1));
        if (length < 0 || length > width) {
            return null;
        }
        int lowBits = address.ipv6() ? length - 64 : length + 32;
        return new Network(
                new IpAddress(
                        address.ipv6(),
                        address.high() & mask(address.ipv6() ? length : 64),
                        address.low() & mask(lowBits)),
                length);
    }

    private static int prefixLength(String text) {
        if (text.isEmpty() || text.length() > 3) {
            return -1;
        }
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            length = length * 10 + digit;
        }
        return length;
    }

    /** The {@code bits} highest bits set; 0 and less is none, 64 and more is all. */
    private static long mask(int bits) {
        return bits <= 0 ? 0 : bits >= 64 ? -1L : -1L << (64 - bits);
    }

    /**
     * Whether the address of a socket lies in this network.
     *
     * @param ofIpv6Socket the family of the socket
     * @param high bytes 0 to 7 of its address
     * @param low bytes 8 to 15 of its address
     */
    public boolean contains(boolean ofIpv6Socket, long high, long low) {
        if (address.ipv6()) {
            return ofIpv6Socket
                    && (high & mask(prefixLength)) == address.high()
                    && (low & mask(prefixLength - 64)) == address.low();
        }
        long bits = low;
        if (ofIpv6Socket) {
            if (!IpAddress.isMapped(true, high, low)) {
                return false;
            }
            bits = low & 0xFFFF_FFFFL;
        }
        return (bits & mask(prefixLength + 32)) == address.low();
    }

    @Override
    public String toString() {
        return address + "/" + prefixLength;
    }
}
