// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLException;

/**
 * One client, from accept to close. Only the thread of its {@link HttpServer} comes here; an answer that is made elsewhere is
 * handed over to that thread.
 */
final class Connection {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** What may still come of a request that was answered before its end, so that the answer is not lost in a reset. */
    private static final long LINGER_NANOS = 1_000_000_000;

    private enum Phase {
        /** Kept for another request, of which nothing has come. */
        IDLE,
        READING,
        ANSWERING,
        WRITING,
        /** Everything is said; what the client still sends is thrown away. */
        LINGERING,
        CLOSED
    }

    private final HttpServer server;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final Transport transport;
    private final RequestReader reader;
    private final Input input = new Input();

    private Phase phase = Phase.READING;
    private long since;
    private long deadline;

    private boolean head;
    private boolean heavy;
    private boolean keep;
    private boolean readToTheEnd;
    private ByteBuffer fields = NOTHING;
    private ByteBuffer body = NOTHING;
    private long held;

    Connection(HttpServer server, SelectionKey key, Transport transport, RequestReader reader, long now) {
        this.server = server;
        this.channel = (SocketChannel) key.channel();
        this.key = key;
        this.transport = transport;
        this.reader = reader;
        enter(Phase.READING, now, server.limits().requestNanos());
    }

    private void enter(Phase next, long now, long atMostNanos) {
        phase = next;
        since = now;
        deadline = now + atMostNanos;
        if (next != Phase.CLOSED) {
            wait(SelectionKey.OP_READ);
        }
    }

    private void wait(int usually) {
        boolean wantsToHear = phase != Phase.ANSWERING && phase != Phase.CLOSED;
        if (key.isValid()) {
            key.interestOps(wantsToHear ? transport.waitsFor(usually) : 0);
        }
    }

    /** Goes on as far as the client lets it. */
    void proceed(long now) {
        try {
            switch (phase) {
                case IDLE, READING -> read(now);
                case WRITING -> write(now);
                case LINGERING -> discard();
                case ANSWERING, CLOSED -> {}
            }
        } catch (SSLException noTls) {
            drop(Drop.HANDSHAKE);
        } catch (IOException gone) {
            close();
        }
    }

    /** Goes on after the server has computed something for the client, whose time to send begins anew. */
    void resume(long now) {
        since = now;
        deadline = now + server.limits().requestNanos();
        proceed(now);
    }

    private void read(long now) throws IOException {
        int count = transport.read(input);
        if (count == Transport.END) {
            close();
            return;
        }
        if (count > 0 && phase == Phase.IDLE) {
            enter(Phase.READING, now, server.limits().requestNanos());
        }
        wait(SelectionKey.OP_READ);
        takeRequest(now);
    }

    private void takeRequest(long now) throws IOException {
        Request request;
        try {
            request = reader.next(input);
        } catch (BadRequestException bad) {
            keep = false;
            readToTheEnd = false;
            head = false;
            send(server.handler().dress(bad.answer()), now);
            return;
        }
        if (request == null) {
            return;
        }
        keep = request.keepAlive() && !server.isStopping();
        readToTheEnd = !request.fields().containsKey("content-length")
                && !request.fields().containsKey("transfer-encoding");
        head = request.method().equals("HEAD");
        enter(Phase.ANSWERING, now, server.limits().answerNanos());
        heavy = server.handler().isHeavy(request);
        if (heavy && !server.takePlace(now)) {
            heavy = false;
            server.countNoPlace();
            send(
                    server.handler()
                            .dress(Answer.line(503, "too many requests at a time")
                                    .with("Retry-After", "1")),
                    now);
            return;
        }
        server.handler().handle(request, answer -> server.later(time -> answered(answer, time)));
    }

    private void answered(Answer answer, long now) {
        if (phase != Phase.ANSWERING) {
            return;
        }
        try {
            send(answer, now);
        } catch (SSLException noTls) {
            drop(Drop.HANDSHAKE);
        } catch (IOException gone) {
            close();
        }
    }

    private void send(Answer answer, long now) throws IOException {
        fields = ByteBuffer.wrap(AnswerHead.bytes(answer, keep, server.date()));
        body = head ? NOTHING : ByteBuffer.wrap(answer.body());
        // The time for an answer goes on: making it is part of that.
        long left = phase == Phase.ANSWERING ? deadline - now : server.limits().answerNanos();
        enter(Phase.WRITING, now, left);
        write(now);
        if (phase == Phase.WRITING) {
            held = body.remaining();
            server.hold(held, now);
        }
    }

    private void write(long now) throws IOException {
        if (!transport.write(fields, body)) {
            wait(SelectionKey.OP_WRITE);
            return;
        }
        giveBack();
        if (!keep) {
            transport.finish();
            if (readToTheEnd) {
                close();
            } else {
                enter(Phase.LINGERING, now, LINGER_NANOS);
            }
        } else if (input.length() == 0) {
            enter(Phase.IDLE, now, server.limits().idleNanos());
        } else {
            enter(Phase.READING, now, server.limits().requestNanos());
            takeRequest(now);
        }
    }

    private void discard() throws IOException {
        if (transport.read(input) == Transport.END) {
            close();
        }
        input.clear();
    }

    /** Returns what it took of the places and of the memory that all share. */
    private void giveBack() {
        fields = NOTHING;
        body = NOTHING;
        server.release(held, heavy);
        held = 0;
        heavy = false;
    }

    /** Ends it if its time is up. */
    void checkTime(long now) {
        if (now - deadline < 0 || transport.isBusy()) {
            return;
        }
        switch (phase) {
            case READING -> drop(Drop.SLOW_REQUEST);
            case ANSWERING, WRITING -> drop(Drop.SLOW_ANSWER);
            case IDLE, LINGERING -> close();
            case CLOSED -> {}
        }
    }

    /** For how long the client has kept the server waiting; negative when it does not. */
    long keepsWaiting(long now) {
        return phase == Phase.ANSWERING || phase == Phase.CLOSED || transport.isBusy() ? -1 : now - since;
    }

    boolean isWriting() {
        return phase == Phase.WRITING;
    }

    /** Whether it is one of those whose number is limited and that are being sent. */
    boolean isHeavyWriting() {
        return heavy && phase == Phase.WRITING;
    }

    /** Whether an answer is owed. */
    boolean isOwed() {
        return phase == Phase.ANSWERING || phase == Phase.WRITING;
    }

    /** Ends it for want of manners. */
    void drop(Drop why) {
        server.count(why);
        close();
    }

    void close() {
        if (phase == Phase.CLOSED) {
            return;
        }
        enter(Phase.CLOSED, 0, 0);
        giveBack();
        input.clear();
        server.closed(this);
        try {
            channel.close();
        } catch (IOException alreadyGone) {
            server.problem("closing a connection", alreadyGone);
        }
    }
}
