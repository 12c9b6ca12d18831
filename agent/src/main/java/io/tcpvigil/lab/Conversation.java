// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.Nullable;
import io.tcpvigil.lab.wire.Flag;
import io.tcpvigil.lab.wire.Segment;
import io.tcpvigil.lab.wire.TcpOptions;
import io.tcpvigil.tcp.Endpoint;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The peer's book-keeping of one connection: what has been sent and received, so that a script need name only the numbers
 * that matter. It is no state machine: it sends what it is told.
 */
final class Conversation {
    private static final int FIRST_SEQUENCE = 1_000_000;
    private static final int SYN_WINDOW = 65_535;
    private static final int WINDOW_SCALE = 7;
    private static final int USUAL_WINDOW = 65_536;
    /** Flags that say nothing about the connection: whether data is pushed, and congestion. */
    private static final Set<Flag> IGNORED = EnumSet.of(Flag.PSH, Flag.ECE, Flag.CWR, Flag.URG);

    private final int number;
    private final Family family;
    private final Endpoint kernel;
    private final Endpoint peer;
    private final Deque<Segment> arrived = new ArrayDeque<>();
    private final List<Segment> seen = new ArrayList<>();

    private int incarnation;
    private int peerBase;
    private int kernelBase;
    private boolean kernelBaseKnown;
    private int sendNext;
    private int receiveNext;
    private boolean timestamps;
    private int timestampEcho;
    private int window = USUAL_WINDOW;

    Conversation(int number, Family family, int kernelPort, int peerPort) {
        this.number = number;
        this.family = family;
        this.kernel = new Endpoint(family.kernel(), kernelPort);
        this.peer = new Endpoint(family.peer(), peerPort);
        begin();
    }

    /** Forgets the numbers of the connection before: the same two ends begin another. */
    void begin() {
        incarnation++;
        peerBase = FIRST_SEQUENCE * (number + 100 * incarnation);
        kernelBase = 0;
        kernelBaseKnown = false;
        sendNext = peerBase;
        receiveNext = 0;
        timestamps = false;
        seen.clear();
    }

    int number() {
        return number;
    }

    Endpoint kernel() {
        return kernel;
    }

    Endpoint peer() {
        return peer;
    }

    int peerBase() {
        return peerBase;
    }

    int kernelBase() {
        return kernelBase;
    }

    /** Segments that have come and that no step has taken yet. */
    Deque<Segment> arrived() {
        return arrived;
    }

    /**
     * Whether the kernel has sent this before. A segment that takes up no sequence numbers is a new one each time, except
     * a window probe, which is known by its old number.
     */
    boolean isAgain(Segment segment) {
        if (segment.sequenceLength() == 0 && segment.sequence() - receiveNext >= 0) {
            return false;
        }
        for (Segment earlier : seen) {
            if (earlier.sequence() == segment.sequence()
                    && earlier.length() == segment.length()
                    && significant(earlier.flags()).equals(significant(segment.flags()))) {
                return true;
            }
        }
        return false;
    }

    static Set<Flag> significant(Set<Flag> flags) {
        Set<Flag> significant = EnumSet.noneOf(Flag.class);
        significant.addAll(flags);
        significant.removeAll(IGNORED);
        return significant;
    }

    /** Takes note of a segment of the kernel. */
    void note(Segment segment) {
        seen.add(segment);
        if (segment.has(Flag.SYN) && !kernelBaseKnown) {
            kernelBaseKnown = true;
            kernelBase = segment.sequence();
            receiveNext = segment.sequence();
            timestamps = segment.options().timestamps();
        }
        if (segment.options().timestamps()) {
            timestampEcho = segment.options().timestamp();
        }
        if (segment.next() - receiveNext > 0 && !segment.has(Flag.RST)) {
            receiveNext = segment.next();
        }
    }

    /** What a segment of the kernel must be numbered, by what the script says. */
    int expectedSequence(SegmentSpec spec) {
        Integer relative = spec.sequence();
        return relative == null ? receiveNext : kernelBase + relative;
    }

    int expectedAcknowledgment(SegmentSpec spec) {
        Integer relative = spec.acknowledgment();
        return relative == null ? sendNext : peerBase + relative;
    }

    /** The peer's next segment. */
    Segment build(SegmentSpec spec, @Nullable Integer offered, int clock) {
        Integer relativeSequence = spec.sequence();
        Integer relativeAck = spec.acknowledgment();
        boolean syn = spec.flags().contains(Flag.SYN);
        int inOrder = syn ? peerBase : sendNext;
        int sequence = relativeSequence == null ? inOrder : peerBase + relativeSequence;
        if (offered != null) {
            window = offered;
        }
        Segment segment = new Segment(
                peer,
                kernel,
                sequence,
                relativeAck == null ? receiveNext : kernelBase + relativeAck,
                spec.flags(),
                syn ? SYN_WINDOW : window >> WINDOW_SCALE,
                options(spec.flags(), clock),
                spec.length());
        if (sequence - inOrder <= 0 && segment.next() - sendNext > 0) {
            sendNext = segment.next();
        }
        return segment;
    }

    private TcpOptions options(Set<Flag> flags, int clock) {
        int echo = flags.contains(Flag.ACK) ? timestampEcho : 0;
        if (flags.contains(Flag.SYN)) {
            // The MTU of the wire is 1500: less the IP and TCP headers.
            int maximumSegmentSize = family == Family.IPV6 ? 1440 : 1460;
            return new TcpOptions(maximumSegmentSize, WINDOW_SCALE, true, true, clock, echo);
        }
        return timestamps && !flags.contains(Flag.RST) ? TcpOptions.stamp(clock, echo) : TcpOptions.NONE;
    }
}
