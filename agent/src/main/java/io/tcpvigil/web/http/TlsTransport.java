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

    /** As much as one record, so that one client gets no more at a time than others. */
    private static final int READ_BYTES = 16 * 1024;

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final Buffers shared;
    private final Executor handshakes;
    private final Consumer<TlsTransport> resume;
    private final Input received = new Input();
    private ByteBuffer unsent = NOTHING;
    private boolean computing;

    /**
     * @param handshakes does the arithmetic, one piece of each client at a time; rejects it when it stops
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
        if (!flush()) {
            return 0;
        }
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    compute();
                    return 0;
                }
                case NEED_WRAP -> {
                    if (wrap(NOTHING).getStatus() == SSLEngineResult.Status.CLOSED) {
                        return END;
                    }
                    if (!flush()) {
                        return 0;
                    }
                }
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN, FINISHED, NOT_HANDSHAKING -> {
                    int count = unwrap(to);
                    if (count != GO_ON) {
                        return count;
                    }
                }
            }
        }
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
            case OK -> count == 0 ? GO_ON : count;
            case CLOSED -> END;
            case BUFFER_OVERFLOW -> throw new SSLException("a record is larger than records can be");
            case BUFFER_UNDERFLOW -> {
                int more = receive();
                yield more > 0 ? GO_ON : more;
            }
        };
    }

    private int receive() throws IOException {
        shared.wire.clear().limit(READ_BYTES);
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
        } catch (RejectedExecutionException stopping) {
            throw new SSLException("the server stops", stopping);
        }
    }

    /** The arithmetic is done: to be called by the thread that serves the connection. */
    void resumed() {
        computing = false;
    }

    @Override
    public boolean write(ByteBuffer... from) throws IOException {
        while (flush()) {
            long left = 0;
            for (ByteBuffer part : from) {
                left += part.remaining();
            }
            if (left == 0) {
                return true;
            }
            if (wrap(from).bytesConsumed() == 0) {
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
        channel.shutdownOutput();
    }
}
