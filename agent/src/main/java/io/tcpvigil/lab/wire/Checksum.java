// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.wire;

import io.tcpvigil.tcp.IpAddress;
import java.nio.ByteBuffer;

/** The Internet checksum of RFC 1071: the ones' complement of the ones' complement sum of 16-bit words. */
final class Checksum {
    private static final int TCP = 6;

    private Checksum() {}

    /** Over the bytes from {@code start} to {@code end}. A range that holds its own right checksum gives 0. */
    static int of(ByteBuffer bytes, int start, int end) {
        return fold(sum(bytes, start, end));
    }

    /** The same with the pseudo-header of RFC 9293 section 3.1 (IPv4) or RFC 8200 section 8.1 (IPv6) before it. */
    static int ofTcp(IpAddress source, IpAddress destination, ByteBuffer bytes, int start, int end) {
        long sum = sum(bytes, start, end) + words(source) + words(destination) + TCP + (end - start);
        return fold(sum);
    }

    private static long sum(ByteBuffer bytes, int start, int end) {
        long sum = 0;
        int at = start;
        for (; at + 1 < end; at += 2) {
            sum += bytes.getShort(at) & 0xFFFF;
        }
        // An odd last byte counts as the high half of a word.
        return at < end ? sum + ((bytes.get(at) & 0xFF) << 8) : sum;
    }

    private static long words(IpAddress address) {
        return words(address.high()) + words(address.low());
    }

    private static long words(long half) {
        return (half >>> 48) + ((half >>> 32) & 0xFFFF) + ((half >>> 16) & 0xFFFF) + (half & 0xFFFF);
    }

    private static int fold(long sum) {
        long folded = sum;
        while (folded > 0xFFFF) {
            folded = (folded & 0xFFFF) + (folded >>> 16);
        }
        return (int) ~folded & 0xFFFF;
    }
}
