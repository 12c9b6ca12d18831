// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** What a client has sent and nobody has used yet: as large as what is in it, for most have sent little or nothing. */
final class Input {
    private static final byte[] NONE = {};
    private static final int SMALLEST = 256;

    private byte[] bytes = NONE;
    private int start;
    private int end;

    int length() {
        return end - start;
    }

    byte at(int index) {
        return bytes[start + index];
    }

    /** Takes over what is in {@code more}. */
    void append(ByteBuffer more) {
        int count = more.remaining();
        if (end + count > bytes.length) {
            byte[] larger = new byte[Math.max(SMALLEST, Integer.highestOneBit(length() + count - 1) * 2)];
            System.arraycopy(bytes, start, larger, 0, length());
            end -= start;
            start = 0;
            bytes = larger;
        }
        more.get(bytes, end, count);
        end += count;
    }

    /** All of it, to be read until something is appended or dropped. */
    ByteBuffer view() {
        return ByteBuffer.wrap(bytes, start, end - start);
    }

    /** Takes out the first {@code count} bytes. */
    byte[] take(int count) {
        byte[] taken = Arrays.copyOfRange(bytes, start, start + count);
        drop(count);
        return taken;
    }

    /** Forgets the first {@code count} bytes. */
    void drop(int count) {
        start += count;
        if (start == end) {
            clear();
        }
    }

    void clear() {
        bytes = NONE;
        start = 0;
        end = 0;
    }
}
