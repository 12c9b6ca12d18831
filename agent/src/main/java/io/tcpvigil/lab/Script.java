// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.lab.wire.Flag;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * What happens in a scenario, written down line by line as the figures of RFC 9293 do:
 *
 * <pre>{@code
 * script.connect().kernel(SYN).state(SYN_SENT)
 *       .peer(SYN, ACK)
 *       .kernel(ACK).state(ESTABLISHED)
 * }</pre>
 *
 * <p>{@code kernel} is a segment that the kernel must send next, {@code peer} one that the script sends. Numbers are
 * relative and default to "next in order" and "all received"; {@code seq}, {@code ack}, {@code length}, {@code within}
 * and the like qualify the step before them.
 */
public final class Script {
    /** How long a segment or a state may take where nobody waits for a timer; generous, because the machine may be busy. */
    private static final int USUAL_MILLIS = 10_000;

    private static final int USUAL_BACKLOG = 16;

    private final List<Step> steps = new ArrayList<>();

    List<Step> steps() {
        return List.copyOf(steps);
    }

    // ---- the application ----

    public Script listen() {
        return listen(USUAL_BACKLOG);
    }

    public Script listen(int backlog) {
        return call(Step.Call.LISTEN, backlog);
    }

    /** Begins to connect, without waiting for the end. */
    public Script connect() {
        return call(Step.Call.CONNECT, 0);
    }

    public Script accept() {
        return call(Step.Call.ACCEPT, 0);
    }

    public Script write(int bytes) {
        return call(Step.Call.WRITE, bytes);
    }

    /** Reads what is there, which must be so much. */
    public Script read(int bytes) {
        return call(Step.Call.READ, bytes);
    }

    /** Reads the end of the stream. */
    public Script readEnd() {
        return call(Step.Call.READ, 0);
    }

    /** {@code shutdown(SHUT_WR)}: nothing more to send; the socket stays with the application. */
    public Script shutdown() {
        return call(Step.Call.SHUTDOWN, 0);
    }

    public Script close() {
        return call(Step.Call.CLOSE, 0);
    }

    /** {@code close()} with SO_LINGER on and 0 seconds: the ABORT of RFC 9293. */
    public Script abort() {
        return call(Step.Call.ABORT, 0);
    }

    /** The socket must have this error pending. */
    public Script error(Failure failure) {
        steps.add(new Step.Application(Step.Call.ERROR, 0, failure));
        return this;
    }

    /** The call before must fail so. */
    public Script fails(Failure failure) {
        Step.Application call = last(Step.Application.class);
        return amend(new Step.Application(call.call(), call.argument(), failure));
    }

    private Script call(Step.Call call, int argument) {
        steps.add(new Step.Application(call, argument, null));
        return this;
    }

    // ---- the wire ----

    /** The kernel must send this next. */
    public Script kernel(Flag... flags) {
        steps.add(new Step.FromKernel(SegmentSpec.of(flags), false, USUAL_MILLIS));
        return this;
    }

    /** The kernel must send again what it sent before with these flags. */
    public Script kernelAgain(Flag... flags) {
        steps.add(new Step.FromKernel(SegmentSpec.of(flags), true, USUAL_MILLIS));
        return this;
    }

    public Script peer(Flag... flags) {
        steps.add(new Step.FromPeer(SegmentSpec.of(flags), null));
        return this;
    }

    public Script seq(int relative) {
        return amendSegment(segment().withSequence(relative));
    }

    public Script ack(int relative) {
        return amendSegment(segment().withAcknowledgment(relative));
    }

    public Script length(int bytes) {
        return amendSegment(segment().withLength(bytes));
    }

    /** The peer offers so many bytes in this segment and all that follow. */
    public Script window(int bytes) {
        return amend(new Step.FromPeer(last(Step.FromPeer.class).segment(), bytes));
    }

    public Script silence(int millis) {
        steps.add(new Step.Silence(millis));
        return this;
    }

    private SegmentSpec segment() {
        Step step = steps.get(steps.size() - 1);
        return step instanceof Step.FromPeer sent
                ? sent.segment()
                : last(Step.FromKernel.class).segment();
    }

    private Script amendSegment(SegmentSpec segment) {
        if (steps.get(steps.size() - 1) instanceof Step.FromPeer sent) {
            return amend(new Step.FromPeer(segment, sent.window()));
        }
        Step.FromKernel received = last(Step.FromKernel.class);
        return amend(new Step.FromKernel(segment, received.again(), received.withinMillis()));
    }

    // ---- what must be seen ----

    /**
     * The state of the connection by RFC 9293, and what is known to be different about it in Linux. Of TIME-WAIT and
     * CLOSED that need not be said.
     */
    public Script state(TcpState rfc, Deviation... known) {
        Set<Deviation> deviations = EnumSet.noneOf(Deviation.class);
        deviations.addAll(List.of(known));
        SocketKind kind = SocketKind.FULL;
        if (rfc == TcpState.TIME_WAIT) {
            deviations.add(Deviation.TIME_WAIT_MINISOCK);
        }
        for (Deviation deviation : deviations) {
            SocketKind other = deviation.kind();
            kind = other == null ? kind : other;
        }
        if (rfc == TcpState.CLOSED) {
            deviations.add(Deviation.CLOSED_IS_ABSENT);
        }
        steps.add(new Step.Expect(rfc, rfc, kind, deviations, -1, -1, -1, -1, USUAL_MILLIS));
        return this;
    }

    /** The kernel shows another state than the RFC's; CLOSED for none at all. */
    public Script shown(TcpState state) {
        Step.Expect expect = last(Step.Expect.class);
        Set<Deviation> deviations = EnumSet.copyOf(expect.deviations());
        deviations.remove(Deviation.TIME_WAIT_MINISOCK);
        deviations.remove(Deviation.CLOSED_IS_ABSENT);
        return amend(new Step.Expect(
                expect.rfc(),
                state,
                expect.kind(),
                deviations,
                expect.unread(),
                expect.unacknowledged(),
                expect.timerMoreThanMillis(),
                expect.timerAtMostMillis(),
                expect.withinMillis()));
    }

    /** The receive and send queue that the kernel must show beside the state; a FIN counts one in either. */
    public Script queues(int unread, int unacknowledged) {
        Step.Expect expect = last(Step.Expect.class);
        return amend(new Step.Expect(
                expect.rfc(),
                expect.shown(),
                expect.kind(),
                expect.deviations(),
                unread,
                unacknowledged,
                expect.timerMoreThanMillis(),
                expect.timerAtMostMillis(),
                expect.withinMillis()));
    }

    /** How much the timer beside the state has left: more than the one, at most the other. */
    public Script timer(int moreThanMillis, int atMostMillis) {
        Step.Expect expect = last(Step.Expect.class);
        return amend(new Step.Expect(
                expect.rfc(),
                expect.shown(),
                expect.kind(),
                expect.deviations(),
                expect.unread(),
                expect.unacknowledged(),
                moreThanMillis,
                atMostMillis,
                expect.withinMillis()));
    }

    /** So many sockets of the namespace must be in this state. */
    public Script count(TcpState state, int sockets) {
        steps.add(new Step.ExpectCount(state, sockets, USUAL_MILLIS));
        return this;
    }

    /** How long the segment or state before may take. */
    public Script within(int millis) {
        if (steps.get(steps.size() - 1) instanceof Step.FromKernel received) {
            return amend(new Step.FromKernel(received.segment(), received.again(), millis));
        }
        Step.Expect expect = last(Step.Expect.class);
        return amend(new Step.Expect(
                expect.rfc(),
                expect.shown(),
                expect.kind(),
                expect.deviations(),
                expect.unread(),
                expect.unacknowledged(),
                expect.timerMoreThanMillis(),
                expect.timerAtMostMillis(),
                millis));
    }

    // ---- the surroundings ----

    public Script sysctl(String name, int value) {
        return sysctl(name, Integer.toString(value));
    }

    public Script sysctl(String name, String value) {
        steps.add(new Step.Sysctl(name, value));
        return this;
    }

    /** What follows is about the connection with this number. */
    public Script connection(int number) {
        steps.add(new Step.Connection(number));
        return this;
    }

    /** The same two ends begin anew. */
    public Script incarnation() {
        steps.add(new Step.Incarnation());
        return this;
    }

    public Script note(String text) {
        steps.add(new Step.Note(text));
        return this;
    }

    /** The same for the connections from {@code first} to {@code last}. */
    public Script connections(int first, int last, BiConsumer<Script, Integer> each) {
        for (int number = first; number <= last; number++) {
            connection(number);
            each.accept(this, number);
        }
        return this;
    }

    /** Opens the connection from the kernel's side. */
    public Script openActively() {
        return connect()
                .kernel(Flag.SYN)
                .state(TcpState.SYN_SENT)
                .peer(Flag.SYN, Flag.ACK)
                .kernel(Flag.ACK)
                .state(TcpState.ESTABLISHED);
    }

    /** Listens, and lets the peer open the connection. */
    public Script openPassively() {
        return listen().state(TcpState.LISTEN).admit();
    }

    /** Lets the peer open a connection to the listener that is there. */
    public Script admit() {
        return peer(Flag.SYN)
                .kernel(Flag.SYN, Flag.ACK)
                .state(TcpState.SYN_RECEIVED, Deviation.REQUEST_SOCKET)
                .peer(Flag.ACK)
                .state(TcpState.ESTABLISHED)
                .accept();
    }

    private <T extends Step> T last(Class<T> kind) {
        Step step = steps.get(steps.size() - 1);
        if (!kind.isInstance(step)) {
            throw new IllegalStateException("nothing to qualify: the step before is " + step);
        }
        return kind.cast(step);
    }

    private Script amend(Step step) {
        steps.set(steps.size() - 1, step);
        return this;
    }
}
