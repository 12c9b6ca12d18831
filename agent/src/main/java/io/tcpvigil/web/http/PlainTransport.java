// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Bytes as they are. */
final class PlainTransport implements Transport {
    private final SocketChannel channel;
    private final ByteBuffer shared;

    /** @param shared a direct buffer that belongs to the thread that calls */
    PlainTransport(SocketChannel channel, ByteBuffer shared) {
        this.channel = channel;
        this.shared = shared;
    }

    @Override
    public int read(Input to) throws IOException {
        shared.clear().limit(READ_BYTES);
        int count = channel.read(shared);
        shared.flip();
        to.append(shared);
        return count;
    }

    @Override
    public boolean hasMore() {
        return false;
    }

    /** Through one buffer outside the heap: the JDK would keep one for each thread as large as the largest answer. */
    @Override
    public boolean write(ByteBuffer... from) throws IOException {
        while (true) {
            shared.clear();
            for (ByteBuffer part : from) {
                int count = Math.min(shared.remaining(), part.remaining());
                shared.put(part.duplicate().limit(part.position() + count));
            }
            shared.flip();
            int offered = shared.remaining();
            if (offered == 0) {
                return true;
            }
            int written = channel.write(shared);
            int left = written;
            for (ByteBuffer part : from) {
                int count = Math.min(left, part.remaining());
                part.position(part.position() + count);
                left -= count;
            }
            if (written < offered) {
                return false;
            }
        }
    }

    @Override
    public int waitsFor(int usually) {
        return usually;
    }

    @Override
    public boolean isBusy() {
        return false;
    }

    @Override
    public void finish() throws IOException {
        channel.shutdownOutput();
    }
}
