// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

import io.tcpvigil.Nullable;

/**
 * An IPv4 or IPv6 address in two big-endian halves.
 *
 * @param ipv6 the family of the socket it belongs to; a v4-mapped address of an {@code AF_INET6} socket is IPv6 here
 * @param high bytes 0 to 7; 0 for IPv4
 * @param low bytes 8 to 15; an IPv4 address in the low 32 bits
 */
public record IpAddress(boolean ipv6, long high, long low) {
    private static final long MAPPED_PREFIX = 0xFFFF;

    public static IpAddress ofIpv4(int bigEndian) {
        return new IpAddress(false, 0, bigEndian & 0xFFFF_FFFFL);
    }

    public boolean isAny() {
        return high == 0 && low == 0;
    }

    /** Whether this is {@code ::ffff:a.b.c.d}: IPv4 on the wire, through an IPv6 socket. */
    public boolean isMapped() {
        return isMapped(ipv6, high, low);
    }

    /** The same for an address that is not a value of its own. */
    public static boolean isMapped(boolean ipv6, long high, long low) {
        return ipv6 && high == 0 && low >>> 32 == MAPPED_PREFIX;
    }

    /** The address that is on the wire: IPv4 for a v4-mapped one, else itself. */
    public IpAddress onWire() {
        return isMapped() ? ofIpv4((int) low) : this;
    }

    /**
     * Reads an address in its usual text form; null when it is none. Never asks a resolver.
     */
    public static @Nullable IpAddress parse(String text) {
        return text.indexOf(':') >= 0 ? parseIpv6(text) : parseIpv4(text);
    }

    private static @Nullable IpAddress parseIpv4(String text) {
        long bits = parseDotted(text);
        return bits < 0 ? null : new IpAddress(false, 0, bits);
    }

    /** The 32 bits of a dotted quad, or -1. */
    private static long parseDotted(String text) {
        long bits = 0;
        int parts = 0;
        int at = 0;
        while (parts < 4) {
            int end = text.indexOf('.', at);
            if (end < 0) {
                end = text.length();
            }
            int part = parseNumber(text, at, end, 10, 255);
            if (part < 0) {
                return -1;
            }
            bits = bits << 8 | part;
            parts++;
            at = end + 1;
            if (end == text.length()) {
                break;
            }
        }
        return parts == 4 && at == text.length() + 1 ? bits : -1;
    }

    private static @Nullable IpAddress parseIpv6(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            return null;
        }
        int[] groups = new int[8];
        int[] tail = new int[8];
        int head = readGroups(gap < 0 ? text : text.substring(0, gap), groups);
        int rest = gap < 0 ? 0 : readGroups(text.substring(gap + 2), tail);
        if (head < 0 || rest < 0 || (gap < 0 ? head != 8 : head + rest > 7)) {
            return null;
        }
        System.arraycopy(tail, 0, groups, 8 - rest, rest);
        long high = 0;
        long low = 0;
        for (int i = 0; i < 4; i++) {
            high = high << 16 | groups[i];
            low = low << 16 | groups[i + 4];
        }
        return new IpAddress(true, high, low);
    }

    /** Fills {@code groups} from colon-separated text (a dotted quad may end it); how many, or -1. */
    private static int readGroups(String text, int[] groups) {
        if (text.isEmpty()) {
            return 0;
        }
        int count = 0;
        int at = 0;
        while (at <= text.length()) {
            int end = text.indexOf(':', at);
            if (end < 0) {
                end = text.length();
            }
            if (end == text.length() && text.indexOf('.', at) >= 0) {
                long bits = parseDotted(text.substring(at));
                if (bits < 0 || count > 6) {
                    return -1;
                }
                groups[count++] = (int) (bits >> 16);
                groups[count++] = (int) (bits & 0xFFFF);
                return count;
            }
            int group = end - at > 4 ? -1 : parseNumber(text, at, end, 16, 0xFFFF);
            if (group < 0 || count == 8) {
                return -1;
            }
            groups[count++] = group;
            at = end + 1;
        }
        return count;
    }

    private static int parseNumber(String text, int from, int to, int radix, int max) {
        if (from >= to || to - from > 4) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            int digit = Character.digit(text.charAt(i), radix);
            if (digit < 0) {
                return -1;
            }
            value = value * radix + digit;
        }
        return value > max ? -1 : value;
    }

    /** The form of RFC 5952 for IPv6 (lower case, longest run of zeros shortened), dotted quad for IPv4. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(39);
        if (!ipv6) {
            appendDotted(text, (int) low);
        } else if (isMapped()) {
            text.append("::ffff:");
            appendDotted(text, (int) low);
        } else {
            appendGroups(text);
        }
        return text.toString();
    }

    private static void appendDotted(StringBuilder text, int bits) {
        text.append(bits >>> 24).append('.').append(bits >>> 16 & 0xFF).append('.');
        text.append(bits >>> 8 & 0xFF).append('.').append(bits & 0xFF);
    }

    private void appendGroups(StringBuilder text) {
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int length = 0;
            while (i + length < 8 && group(i + length) == 0) {
                length++;
            }
            if (length > bestLength) {
                bestStart = i;
                bestLength = length;
            }
        }
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                text.append("::");
                i += bestLength - 1;
            } else {
                if (i > 0 && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(group(i)));
            }
        }
    }

    private int group(int index) {
        long half = index < 4 ? high : low;
        return (int) (half >>> (16 * (3 - (index & 3)))) & 0xFFFF;
    }
}
