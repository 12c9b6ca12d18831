// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import java.io.IOException;
import java.io.Writer;

/**
 * Hands characters on in blocks. {@code TextFormat} writes labels character by character, each of which takes a lock and an array
 * in the JDK's writers: that is most of what a scrape costs. For one thread; flushes what it was given, and not what is behind it.
 */
final class BlockWriter extends Writer {
    private final Writer out;
    private final char[] block = new char[8192];
    private int filled;

    BlockWriter(Writer out) {
        this.out = out;
    }

    @Override
    public void write(int character) throws IOException {
        if (filled == block.length) {
            flush();
        }
        block[filled++] = (char) character;
    }

    @Override
    public void write(String text, int offset, int length) throws IOException {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (filled == block.length) {
                flush();
            }
            int part = Math.min(end - at, block.length - filled);
            text.getChars(at, at + part, block, filled);
            filled += part;
            at += part;
        }
    }

    @Override
    public void write(char[] characters, int offset, int length) throws IOException {
        flush();
        out.write(characters, offset, length);
    }

    @Override
    public void flush() throws IOException {
        out.write(block, 0, filled);
        filled = 0;
    }

    @Override
    public void close() throws IOException {
        flush();
    }
}
