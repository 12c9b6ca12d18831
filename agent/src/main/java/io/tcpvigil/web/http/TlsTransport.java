// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * TLS over a channel that does not wait. What is received but no whole record yet, and what is encrypted but not taken yet,
 * is kept; both are nothing most of the time. The arithmetic of a handshake, milliseconds of it, is done elsewhere.
 */
final class TlsTransport implements Transport {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** A record was read that was not for the application. */
    private static final int GO_ON = -2;

    /** Records that are read or written of one client before others have their turn. */
    private static final int STEPS_AT_A_TIME = 4;

    /**
     * From one answer to the next. A handshake takes a dozen at most; keys are renewed after terabytes. Each takes as much
     * arithmetic as one with data, and there is no other end to them.
     */
    private static final int MOST_RECORDS_WITHOUT_DATA = 32;

    /** With all that can be around the data (RFC 5246 section 6.2.3, RFC 8446 section 5.2). */
    private static final int LARGEST_RECORD_BYTES = 5 + 16 * 1024 + 2048;

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final Buffers shared;
    private final Executor handshakes;
    private final Consumer<TlsTransport> resume;
    private final Input received = new Input();
    private ByteBuffer unsent = NOTHING;
    private boolean computing;
    private boolean hasMore;
    private int recordsWithoutData;

    /**
     * @param handshakes does the arithmetic, one piece of each client at a time; may reject it
     * @param resume is told, in some thread, when it is done
     */
    TlsTransport(
            SocketChannel channel,
            SSLEngine engine,
            Buffers shared,
            Executor handshakes,
            Consumer<TlsTransport> resume) {
        this.channel = channel;
        this.engine = engine;
        this.shared = shared;
        this.handshakes = handshakes;
        this.resume = resume;
    }

    @Override
    public int read(Input to) throws IOException {
        hasMore = false;
        if (computing || !flush()) {
            return 0;
        }
        for (int i = 0; i < STEPS_AT_A_TIME; i++) {
            int count = step(to);
            if (count != GO_ON) {
                hasMore = count > 0 && received.length() > 0;
                return count;
            }
        }
        hasMore = true;
        return 0;
    }

    @Override
    public boolean hasMore() {
        return hasMore;
    }

    private int step(Input to) throws IOException {
        return switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                compute();
                yield 0;
            }
            case NEED_WRAP -> {
                if (wrap(NOTHING).getStatus() == SSLEngineResult.Status.CLOSED) {
                    yield END;
                }
                yield flush() ? GO_ON : 0;
            }
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN, FINISHED, NOT_HANDSHAKING -> unwrap(to);
        };
    }

    private int unwrap(Input to) throws IOException {
        shared.plain.clear();
        ByteBuffer records = received.view();
        SSLEngineResult result;
        try {
            result = engine.unwrap(records, shared.plain);
        } catch (SSLException refused) {
            tellWhy();
            throw refused;
        }
        received.drop(result.bytesConsumed());
        shared.plain.flip();
        int count = shared.plain.remaining();
        to.append(shared.plain);
        return switch (result.getStatus()) {
            case OK -> {
                recordsWithoutData += count == 0 ? 1 : 0;
                if (recordsWithoutData > MOST_RECORDS_WITHOUT_DATA) {
                    throw new SSLException("nothing but TLS");
                }
                yield count == 0 ? GO_ON : count;
            }
            case CLOSED -> END;
            case BUFFER_OVERFLOW -> throw new SSLException("a record is larger than records can be");
            case BUFFER_UNDERFLOW -> {
                int more = receive();
                yield more > 0 ? GO_ON : more;
            }
        };
    }

    private int receive() throws IOException {
        int room = LARGEST_RECORD_BYTES - received.length();
        if (room <= 0) {
            throw new SSLException("a record is larger than records can be");
        }
        shared.wire.clear().limit(room);
        int count = channel.read(shared.wire);
        shared.wire.flip();
        received.append(shared.wire);
        return count;
    }

    /** Sends the alert with which the engine has closed, if the client takes it. */
    private void tellWhy() throws IOException {
        if (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
            wrap(NOTHING);
        }
    }

    private void compute() throws SSLException {
        computing = true;
        try {
            handshakes.execute(() -> {
                try {
                    // None for who has gone while others had their turn.
                    Runnable task = channel.isOpen() ? engine.getDelegatedTask() : null;
                    while (task != null) {
                        task.run();
                        task = engine.getDelegatedTask();
                    }
                } finally {
                    resume.accept(this);
                }
            });
        } catch (RejectedExecutionException busy) {
            throw new SSLException("too many handshakes at a time", busy);
        }
    }

    /** The arithmetic is done: to be called by the thread that serves the connection. */
    void resumed() {
        computing = false;
    }

    @Override
    public boolean write(ByteBuffer... from) throws IOException {
        recordsWithoutData = 0;
        while (flush()) {
            long left = 0;
            for (ByteBuffer part : from) {
                left += part.remaining();
            }
            if (left == 0) {
                return true;
            }
            SSLEngineResult result = wrap(from);
            if (result.getStatus() == SSLEngineResult.Status.CLOSED || result.bytesProduced() == 0) {
                throw new SSLException("closed while an answer was sent");
            }
        }
        return false;
    }

    /** Encrypts one record and sends it as far as it is taken. */
    private SSLEngineResult wrap(ByteBuffer... from) throws IOException {
        shared.wire.clear();
        SSLEngineResult result = engine.wrap(from, shared.wire);
        shared.wire.flip();
        channel.write(shared.wire);
        if (shared.wire.hasRemaining()) {
            unsent = ByteBuffer.allocate(shared.wire.remaining())
                    .put(shared.wire)
                    .flip();
        }
        return result;
    }

    /** Whether everything encrypted is on its way. */
    private boolean flush() throws IOException {
        if (unsent.hasRemaining()) {
            channel.write(unsent);
        }
        if (unsent.hasRemaining()) {
            return false;
        }
        unsent = NOTHING;
        return true;
    }

    @Override
    public int waitsFor(int usually) {
        if (computing) {
            return 0;
        }
        return unsent.hasRemaining() ? SelectionKey.OP_WRITE : usually;
    }

    @Override
    public boolean isBusy() {
        return computing;
    }

    @Override
    public void finish() throws IOException {
        engine.closeOutbound();
        if (flush()) {
            wrap(NOTHING);
        }
        // After this nothing can be sent any more.
        unsent = NOTHING;
        channel.shutdownOutput();
    }
}
