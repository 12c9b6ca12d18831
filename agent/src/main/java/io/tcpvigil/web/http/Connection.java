// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import io.tcpvigil.Nullable;
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
    private boolean turnComes;
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

    private interface Step {
        void take(long now) throws IOException;
    }

    /** Whatever one client brings about, it ends that client and nothing else. */
    private void guarded(Step step, long now) {
        try {
            step.take(now);
        } catch (SSLException noTls) {
            drop(Drop.HANDSHAKE);
        } catch (IOException gone) {
            close();
        } catch (Throwable defect) {
            server.problem("serving a client", defect);
            close();
        }
    }

    /** Goes on as far as the client lets it. */
    void proceed(long now) {
        guarded(this::advance, now);
    }

    private void advance(long now) throws IOException {
        switch (phase) {
            case IDLE, READING -> read(now);
            case WRITING -> write(now);
            case LINGERING -> discard();
            case ANSWERING, CLOSED -> {}
        }
    }

    /** Has it go on with what has come already, when all others have had their turn. */
    private void proceedLater() {
        if (!turnComes) {
            turnComes = true;
            server.later(now -> {
                turnComes = false;
                proceed(now);
            });
        }
    }

    /** Goes on after the server has computed something for the client, whose time to send begins anew. */
    void resume(long now) {
        since = now;
        deadline = now + server.limits().requestNanos();
        proceed(now);
    }

    private void read(long now) throws IOException {
        try {
            Request request = next(now);
            if (request != null) {
                take(request, now);
            }
        } catch (BadRequestException bad) {
            keep = false;
            readToTheEnd = false;
            head = false;
            enter(Phase.ANSWERING, now, server.limits().answerNanos());
            answerLater(server.handler().dress(bad.answer()));
        }
    }

    private @Nullable Request next(long now) throws IOException, BadRequestException {
        // Not read before it is needed: who sends many requests at once is to take no more memory than others.
        Request request = reader.next(input);
        if (request != null) {
            return request;
        }
        int count = transport.read(input);
        if (count == Transport.END) {
            close();
            return null;
        }
        if (count > 0 && phase == Phase.IDLE) {
            enter(Phase.READING, now, server.limits().requestNanos());
        }
        wait(SelectionKey.OP_READ);
        request = reader.next(input);
        if (request == null && transport.hasMore()) {
            proceedLater();
        }
        return request;
    }

    private void take(Request request, long now) {
        keep = request.keepAlive() && !server.isStopping();
        readToTheEnd = !request.fields().containsKey("content-length")
                && !request.fields().containsKey("transfer-encoding");
        head = request.method().equals("HEAD");
        enter(Phase.ANSWERING, now, server.limits().answerNanos());
        heavy = server.handler().isHeavy(request);
        if (heavy && !server.takePlace(now)) {
            heavy = false;
            server.countNoPlace();
            answerLater(server.handler()
                    .dress(Answer.line(503, "too many requests at a time").with("Retry-After", "1")));
            return;
        }
        server.handler().handle(request, this::answerLater);
    }

    /** From any thread. Also what could be sent at once waits for its turn: one request after the other would be a recursion. */
    private void answerLater(Answer answer) {
        server.later(now -> guarded(time -> answer(answer, time), now));
    }

    private void answer(Answer answer, long now) throws IOException {
        if (phase == Phase.ANSWERING) {
            send(answer, now);
        }
    }

    private void send(Answer answer, long now) throws IOException {
        fields = ByteBuffer.wrap(AnswerHead.bytes(answer, keep, server.date()));
        body = head ? NOTHING : ByteBuffer.wrap(answer.body());
        // The time for an answer goes on: making it is part of that.
        enter(Phase.WRITING, now, deadline - now);
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
            return;
        }
        if (input.length() == 0) {
            enter(Phase.IDLE, now, server.limits().idleNanos());
        } else {
            enter(Phase.READING, now, server.limits().requestNanos());
        }
        if (input.length() > 0 || transport.hasMore()) {
            proceedLater();
        }
    }

    /** As it comes over the wire: there is nothing to be understood any more. */
    private void discard() throws IOException {
        if (channel.read(server.wire().clear()) < 0) {
            close();
        }
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
