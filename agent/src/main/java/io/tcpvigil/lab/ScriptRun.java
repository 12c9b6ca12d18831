// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.lab.wire.Flag;
import io.tcpvigil.lab.wire.Segment;
import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Goes through the steps of one script, in the thread of the lab's namespace, and writes the ladder. */
final class ScriptRun implements AutoCloseable {
    private static final int FIRST_PEER_PORT = 10_000;
    /** The peer's clock for the timestamps option: milliseconds, from a number that is not 0. */
    private static final int CLOCK_START = 1_000;

    private static final int POLL_MILLIS = 2;
    private static final int CALL_MILLIS = 10_000;

    private final TunDevice wire;
    private final Family family;
    private final Application application;
    private final StateCheck check;
    private final Pace pace;
    private final Ladder ladder = new Ladder();
    private final Set<Deviation> deviations = EnumSet.noneOf(Deviation.class);
    private final Map<Integer, Conversation> conversations = new HashMap<>();
    private final Map<Integer, Conversation> byPorts = new HashMap<>();
    private final Deque<Segment> strays = new ArrayDeque<>();
    private final long started = System.nanoTime();
    private int current = 1;

    ScriptRun(Libc libc, TunDevice wire, Family family, List<StateObserver> observers, Pace pace) {
        this.wire = wire;
        this.family = family;
        this.application = new Application(libc, family);
        this.check = new StateCheck(observers);
        this.pace = pace;
    }

    List<Ladder.Line> ladder() {
        return ladder.lines();
    }

    Set<Deviation> deviations() {
        return deviations;
    }

    /**
     * Takes every step.
     *
     * @return what was not as the script says; empty when all was
     */
    String run(List<Step> steps) throws IOException, InterruptedException {
        try {
            pace.hold();
            for (Step step : steps) {
                take(step);
            }
            refuseLeftovers();
            return "";
        } catch (ScriptFailure failure) {
            return failure.complaint();
        }
    }

    private void take(Step step) throws ScriptFailure, IOException, InterruptedException {
        if (step instanceof Step.Application call) {
            call(call);
        } else if (step instanceof Step.FromKernel expected) {
            receive(expected);
        } else if (step instanceof Step.FromPeer sent) {
            send(sent);
        } else if (step instanceof Step.Expect expect) {
            expect(expect);
        } else if (step instanceof Step.ExpectCount expect) {
            String complaint = check.await(expect);
            String wanted = expect.count() + " sockets in " + expect.state().displayName();
            if (!complaint.isEmpty()) {
                throw new ScriptFailure("there should be " + wanted + ", but " + complaint);
            }
            ladder.text(Ladder.Kind.NOTE, current, wanted);
        } else if (step instanceof Step.Silence silence) {
            keepSilent(silence.millis());
        } else if (step instanceof Step.Sysctl sysctl) {
            LabNetwork.writeSysctl(sysctl.name(), sysctl.value());
            ladder.text(Ladder.Kind.NOTE, current, sysctl.name() + " = " + sysctl.value());
        } else if (step instanceof Step.Connection connection) {
            current = connection.number();
        } else if (step instanceof Step.Incarnation) {
            conversation().begin();
            application.putAside(current);
        } else if (step instanceof Step.Note note) {
            ladder.text(Ladder.Kind.NOTE, current, note.text());
        }
    }

    // ---- the application ----

    private void call(Step.Application step) throws ScriptFailure, IOException, InterruptedException {
        Failure failure = step.failure();
        String text = text(step);
        long deadline = System.nanoTime() + CALL_MILLIS * 1_000_000L;
        while (true) {
            String complaint = attempt(step, failure);
            if (complaint.isEmpty()) {
                ladder.text(Ladder.Kind.LOCAL, current, text);
                return;
            }
            if (System.nanoTime() - deadline >= 0) {
                ladder.text(Ladder.Kind.LOCAL, current, text);
                throw new ScriptFailure(text + ": " + complaint);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static String text(Step.Application step) {
        Failure failure = step.failure();
        String argument = switch (step.call()) {
            case LISTEN, WRITE -> Integer.toString(step.argument());
            case SHUTDOWN -> "SHUT_WR";
            case ABORT -> "linger 0";
            case ERROR -> "SO_ERROR";
            case READ, CONNECT, ACCEPT, CLOSE -> "";
        };
        String result = failure != null
                ? " = " + failure.text()
                : step.call() == Step.Call.READ
                        ? " = " + (step.argument() == 0 ? "end" : step.argument() + " bytes")
                        : "";
        return step.call().text() + "(" + argument + ")" + result;
    }

    /** Makes the call; what was not as expected and may be so a moment later, empty when all was. */
    private String attempt(Step.Application step, @Nullable Failure failure) throws ScriptFailure, SyscallException {
        try {
            int result = make(step);
            if (step.call() == Step.Call.ERROR) {
                int wanted = failure == null ? 0 : failure.errno();
                if (result != wanted && result != 0) {
                    // Asking has cleared it: there is no second try.
                    throw new ScriptFailure(text(step) + ": pending is " + SyscallException.describe(result));
                }
                return result == wanted ? "" : "no error is pending";
            }
            if (failure != null) {
                throw new ScriptFailure(text(step) + ": it did not fail");
            }
            if ((step.call() == Step.Call.READ || step.call() == Step.Call.WRITE) && result != step.argument()) {
                throw new ScriptFailure(text(step) + ": " + result + " bytes");
            }
            return "";
        } catch (SyscallException refused) {
            if (failure != null && refused.errno() == failure.errno()) {
                return "";
            }
            if (refused.errno() == Failure.WOULD_BLOCK.errno()) {
                return SyscallException.describe(refused.errno());
            }
            throw new ScriptFailure(text(step) + ": " + refused.getMessage());
        }
    }

    private int make(Step.Application step) throws ScriptFailure, SyscallException {
        switch (step.call()) {
            case LISTEN -> application.listen(step.argument());
            case CONNECT -> {
                int port = application.connect(current);
                Conversation known = conversations.get(current);
                if (known == null || known.kernel().port() != port) {
                    begin(port, Application.SERVICE_PORT);
                }
            }
            case ACCEPT -> {
                int port = application.accept(current);
                if (port != conversation().peer().port()) {
                    throw new ScriptFailure("accept() gave the connection from port " + port);
                }
            }
            case WRITE -> {
                return application.write(current, step.argument());
            }
            case READ -> {
                return application.read(current, step.argument());
            }
            case SHUTDOWN -> application.shutdown(current);
            case CLOSE -> application.close(current);
            case ABORT -> application.abort(current);
            case ERROR -> {
                return application.pendingError(current);
            }
        }
        return 0;
    }

    // ---- the wire ----

    /** The connection that the script is about; one that the kernel did not open comes from a port of the peer. */
    private Conversation conversation() {
        Conversation known = conversations.get(current);
        return known == null ? begin(Application.SERVICE_PORT, FIRST_PEER_PORT + current) : known;
    }

    private void send(Step.FromPeer step) throws SyscallException {
        Conversation conversation = conversation();
        int clock = CLOCK_START + (int) ((System.nanoTime() - started) / 1_000_000);
        Segment segment = conversation.build(step.segment(), step.window(), clock);
        ladder.segment(Ladder.Kind.FROM_PEER, current, segment, conversation.peerBase(), conversation.kernelBase());
        wire.send(segment);
    }

    private void receive(Step.FromKernel step) throws ScriptFailure, IOException {
        Conversation conversation = conversation();
        String wanted = describe(step, conversation);
        long deadline = System.nanoTime() + step.withinMillis() * 1_000_000L;
        while (true) {
            Segment segment = next(conversation, deadline);
            if (segment == null) {
                throw new ScriptFailure(
                        "the kernel should send " + wanted + ", but sent nothing for " + step.withinMillis() + " ms");
            }
            boolean again = conversation.isAgain(segment);
            int expectedSequence = conversation.expectedSequence(step.segment());
            conversation.note(segment);
            if (step.segment().sequence() == null && segment.has(Flag.SYN) && !again) {
                expectedSequence = conversation.kernelBase();
            }
            ladder.segment(
                    Ladder.Kind.FROM_KERNEL, current, segment, conversation.kernelBase(), conversation.peerBase());
            if (again && !step.again()) {
                continue;
            }
            boolean numbered = step.again() ? again : segment.sequence() == expectedSequence;
            boolean acknowledges = !segment.has(Flag.ACK)
                    || segment.acknowledgment() == conversation.expectedAcknowledgment(step.segment());
            if (!numbered
                    || !acknowledges
                    || !Conversation.significant(segment.flags())
                            .equals(step.segment().flags())
                    || (!step.again() && segment.length() != step.segment().length())) {
                throw new ScriptFailure(
                        "the kernel should send " + wanted + ", but sent " + describe(segment, conversation));
            }
            return;
        }
    }

    /** The next segment of the kernel in this connection; those of others are kept for their turn. */
    private @Nullable Segment next(Conversation conversation, long deadline) throws IOException {
        while (conversation.arrived().isEmpty()) {
            long left = Math.max(0, (deadline - System.nanoTime() + 999_999) / 1_000_000);
            Segment segment = wire.receive(left);
            if (segment == null) {
                return null;
            }
            sort(segment);
        }
        return conversation.arrived().remove();
    }

    private void sort(Segment segment) {
        Conversation known =
                byPorts.get(ports(segment.source().port(), segment.destination().port()));
        if (known != null
                && segment.source().equals(known.kernel())
                && segment.destination().equals(known.peer())) {
            known.arrived().add(segment);
        } else {
            strays.add(segment);
        }
    }

    private static int ports(int kernel, int peer) {
        return kernel << 16 | peer;
    }

    private Conversation begin(int kernelPort, int peerPort) {
        Conversation conversation = new Conversation(current, family, kernelPort, peerPort);
        conversations.put(current, conversation);
        byPorts.put(ports(kernelPort, peerPort), conversation);
        return conversation;
    }

    private void keepSilent(int millis) throws ScriptFailure, IOException {
        Conversation conversation = conversation();
        long deadline = System.nanoTime() + millis * 1_000_000L;
        for (Segment segment = next(conversation, deadline); segment != null; ) {
            boolean again = conversation.isAgain(segment);
            conversation.note(segment);
            if (!again) {
                throw new ScriptFailure("the kernel should be silent, but sent " + describe(segment, conversation));
            }
            segment = next(conversation, deadline);
        }
    }

    /** Whatever the kernel has sent by now must have been foreseen. */
    private void refuseLeftovers() throws ScriptFailure, IOException {
        for (Segment segment = wire.receive(0); segment != null; segment = wire.receive(0)) {
            sort(segment);
        }
        for (Conversation conversation : conversations.values()) {
            for (Segment segment : conversation.arrived()) {
                if (!conversation.isAgain(segment)) {
                    throw new ScriptFailure("the kernel sent besides " + describe(segment, conversation));
                }
            }
        }
        if (!strays.isEmpty()) {
            Segment stray = strays.element();
            throw new ScriptFailure("the kernel sent a segment of no connection of the script: "
                    + Flag.text(stray.flags()) + " from " + stray.source() + " to " + stray.destination());
        }
    }

    private static String describe(Step.FromKernel step, Conversation conversation) {
        if (step.again()) {
            return "its " + Flag.text(step.segment().flags()) + " again";
        }
        SegmentSpec spec = step.segment();
        boolean firstSyn = spec.flags().contains(Flag.SYN) && spec.sequence() == null;
        return describe(
                spec.flags(),
                firstSyn ? 0 : conversation.expectedSequence(spec) - conversation.kernelBase(),
                conversation.expectedAcknowledgment(spec) - conversation.peerBase(),
                spec.length());
    }

    private static String describe(Segment segment, Conversation conversation) {
        return describe(
                segment.flags(),
                segment.sequence() - conversation.kernelBase(),
                segment.acknowledgment() - conversation.peerBase(),
                segment.length());
    }

    private static String describe(Set<Flag> flags, int sequence, int acknowledgment, int length) {
        return "<SEQ=" + sequence + ">" + (flags.contains(Flag.ACK) ? "<ACK=" + acknowledgment + ">" : "")
                + (length > 0 ? "<LEN=" + length + ">" : "") + "<CTL=" + Flag.text(flags) + ">";
    }

    // ---- the states ----

    private void expect(Step.Expect expect) throws ScriptFailure, IOException, InterruptedException {
        Conversation known = conversations.get(current);
        Endpoint service = new Endpoint(family.kernel(), Application.SERVICE_PORT);
        Endpoint nobody = new Endpoint(family.peer(), 0);
        StateCheck.Finding finding =
                check.await(expect, known == null ? service : known.kernel(), known == null ? nobody : known.peer());
        boolean right = finding.complaint().isEmpty();
        ladder.state(
                current,
                expect.rfc(),
                finding.shown(),
                right && !expect.deviations().isEmpty());
        if (!right) {
            TcpState shown = expect.shown();
            throw new ScriptFailure("the state should be "
                    + (shown == TcpState.CLOSED ? "in no table" : shown.displayName())
                    + detail(expect) + ", but " + finding.complaint());
        }
        deviations.addAll(expect.deviations());
        pace.hold();
    }

    private static String detail(Step.Expect expect) {
        if (expect.kind() == null || expect.shown() == TcpState.CLOSED) {
            return "";
        }
        return switch (expect.kind()) {
            case REQUEST -> " (request socket)";
            case MINISOCK -> " (mini-socket)";
            case FULL, BOUND ->
                expect.unread() < 0 ? "" : " (queues " + expect.unread() + "/" + expect.unacknowledged() + ")";
        };
    }

    @Override
    public void close() {
        application.close();
    }
}
