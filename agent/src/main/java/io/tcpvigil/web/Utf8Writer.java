// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects text as UTF-8. {@code TextFormat} and {@code JsonWriter} write names and single characters, for each of which the
 * JDK's writers take a lock and go through two more copies: that was a quarter of what a scrape costs. For one thread.
 */
final class Utf8Writer extends Writer {
    private static final int CHUNK_BYTES = 16 * 1024;
    private static final int FIRST_NOT_ASCII = 0x80;

    private final List<byte[]> full = new ArrayList<>();
    private byte[] chunk = new byte[CHUNK_BYTES];
    private int filled;
    /** The first half of a character whose second has not come yet; 0 for none. */
    private char firstHalf;

    @Override
    public void write(int character) {
        char next = (char) character;
        if (firstHalf != 0 && Character.isLowSurrogate(next)) {
            put(String.valueOf(new char[] {firstHalf, next}));
            firstHalf = 0;
            return;
        }
        putHalf();
        if (Character.isHighSurrogate(next)) {
            firstHalf = next;
        } else if (next < FIRST_NOT_ASCII) {
            if (filled == CHUNK_BYTES) {
                startChunk();
            }
            chunk[filled++] = (byte) next;
        } else {
            put(String.valueOf(next));
        }
    }

    /** Half a character that nothing completes becomes a question mark. */
    private void putHalf() {
        if (firstHalf != 0) {
            put(String.valueOf(firstHalf));
            firstHalf = 0;
        }
    }

    @Override
    public void write(String text) {
        int length = text.length();
        if (firstHalf != 0 || (length > 0 && Character.isHighSurrogate(text.charAt(length - 1)))) {
            for (int i = 0; i < length; i++) {
                write(text.charAt(i));
            }
        } else {
            put(text);
        }
    }

    @Override
    public void write(String text, int offset, int length) {
        write(text.substring(offset, offset + length));
    }

    @Override
    public void write(char[] characters, int offset, int length) {
        write(new String(characters, offset, length));
    }

    private void put(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int at = 0;
        while (at < bytes.length) {
            if (filled == CHUNK_BYTES) {
                startChunk();
            }
            int part = Math.min(bytes.length - at, CHUNK_BYTES - filled);
            System.arraycopy(bytes, at, chunk, filled, part);
            filled += part;
            at += part;
        }
    }

    private void startChunk() {
        full.add(chunk);
        chunk = new byte[CHUNK_BYTES];
        filled = 0;
    }

    /** Nothing waits behind it. */
    @Override
    public void flush() {}

    /** Ends the text. */
    @Override
    public void close() {
        putHalf();
    }

    /** How many bytes have been collected. */
    int size() {
        return full.size() * CHUNK_BYTES + filled;
    }

    /** Hands on what has been collected. */
    void writeTo(OutputStream out) throws IOException {
        for (byte[] each : full) {
            out.write(each);
        }
        out.write(chunk, 0, filled);
    }
}
