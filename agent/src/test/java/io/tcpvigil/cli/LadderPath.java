// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.Nullable;
import io.tcpvigil.lab.Ladder;
import io.tcpvigil.lab.Outcome;
import io.tcpvigil.lab.Role;
import io.tcpvigil.lab.wire.Flag;
import io.tcpvigil.lab.wire.Segment;
import io.tcpvigil.lifecycle.Direction;
import io.tcpvigil.lifecycle.EndedBy;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The lives of connections as the ladder of a run tells them: what anybody who watched the kernel meanwhile can be held
 * against. It goes by what the kernel showed at each check; who ended a connection it takes from the segments.
 */
final class LadderPath {
    private static final int NEVER = Integer.MAX_VALUE;

    /** In a state from one check on until before another, at the end for ever; the checks of a run are numbered from 0. */
    record Visit(TcpState state, int from, int until) {}

    /** One connection, which may be the second or third with its number. */
    static final class Life {
        final TcpState origin;
        final List<Visit> visits = new ArrayList<>();
        /** What can be said of who ended it without being wrong. A FIN that was sent and a RST that followed are both right. */
        final Set<EndedBy> ends = EnumSet.of(EndedBy.UNKNOWN);

        EndedBy firstFin = EndedBy.UNKNOWN;
        /** The check that showed it gone; -1 while it is there. */
        int gone = -1;

        private @Nullable Segment last;
        private TcpState state = TcpState.CLOSED;
        private int since;

        private Life(TcpState origin) {
            this.origin = origin;
        }

        boolean wasIn(TcpState wanted) {
            return wanted == origin || visits.stream().anyMatch(visit -> visit.state() == wanted);
        }

        /** The states it went through, its origin first, and CLOSED last when it is gone. */
        List<TcpState> states() {
            List<TcpState> states = new ArrayList<>(List.of(origin));
            visits.forEach(visit -> states.add(visit.state()));
            if (gone >= 0) {
                states.add(TcpState.CLOSED);
            }
            return states;
        }

        /** Who opened it, as known at its beginning. */
        Direction opened() {
            return origin == TcpState.LISTEN ? Direction.INBOUND : Direction.OUTBOUND;
        }

        /** Who opened it, as it turned out. */
        Direction direction() {
            boolean crossed = origin == TcpState.CLOSED && wasIn(TcpState.SYN_RECEIVED);
            return crossed ? Direction.BOTH : opened();
        }

        private void note(Segment segment, boolean peer) {
            if (segment.has(Flag.FIN) && firstFin == EndedBy.UNKNOWN) {
                firstFin = peer ? EndedBy.PEER : EndedBy.LOCAL;
            }
            last = segment;
        }

        private void enter(TcpState to, int check) {
            if (state != TcpState.CLOSED) {
                visits.add(new Visit(state, since, check));
            }
            state = to;
            since = check;
        }

        private void end(int check) {
            TcpState ended = state;
            enter(TcpState.CLOSED, check);
            gone = check;
            if (wasIn(TcpState.CLOSING)) {
                firstFin = EndedBy.BOTH;
            }
            ends.add(firstFin);
            Segment segment = last;
            if (segment != null && segment.has(Flag.RST)) {
                ends.add(ended == TcpState.SYN_SENT ? EndedBy.REFUSED : EndedBy.RESET);
            }
        }

        @Override
        public String toString() {
            return states().toString();
        }
    }

    private final TcpState origin;
    private final List<Life> lives = new ArrayList<>();
    private final Map<Integer, Life> current = new HashMap<>();
    /** After a SYN in TIME-WAIT: what will be once a check shows it. */
    private final Map<Integer, Life> next = new HashMap<>();

    private int checks;

    private LadderPath(TcpState origin) {
        this.origin = origin;
    }

    static LadderPath of(Outcome outcome) {
        LadderPath path = new LadderPath(outcome.role() == Role.SERVER ? TcpState.LISTEN : TcpState.CLOSED);
        for (Ladder.Line line : outcome.ladder()) {
            Segment segment = line.segment();
            if (segment != null) {
                path.note(line.connection(), segment, line.kind() == Ladder.Kind.FROM_PEER);
            }
            if (line.expected() != null) {
                path.check(line.connection(), Objects.requireNonNull(line.shown()));
            }
        }
        path.lives.stream().filter(life -> life.gone < 0).forEach(life -> life.enter(TcpState.CLOSED, NEVER));
        return path;
    }

    private void note(int number, Segment segment, boolean peer) {
        Life life = current.computeIfAbsent(number, none -> new Life(origin));
        if (life.state == TcpState.TIME_WAIT && segment.has(Flag.SYN)) {
            next.putIfAbsent(number, new Life(origin));
        }
        next.getOrDefault(number, life).note(segment, peer);
    }

    private void check(int number, TcpState shown) {
        boolean absent = shown == TcpState.CLOSED || shown == TcpState.LISTEN;
        Life life = current.get(number);
        if (life != null && life.state != TcpState.CLOSED && (absent || next.containsKey(number))) {
            life.end(checks);
        }
        if (absent) {
            current.remove(number);
        } else {
            show(number, shown);
        }
        checks++;
    }

    private void show(int number, TcpState shown) {
        if (next.containsKey(number)) {
            current.put(number, next.remove(number));
        }
        Life life = current.computeIfAbsent(number, none -> new Life(origin));
        if (life.state == TcpState.CLOSED) {
            lives.add(life);
            if (origin == TcpState.LISTEN && shown == TcpState.ESTABLISHED) {
                // A SYN cookie: RFC 9293 goes through SYN-RECEIVED, the kernel keeps nothing.
                life.visits.add(new Visit(TcpState.SYN_RECEIVED, checks, checks));
            }
        }
        if (life.state != shown) {
            life.enter(shown, checks);
        }
    }

    /** Every connection that a check showed. */
    List<Life> lives() {
        return lives;
    }

    /** How often a state was checked. */
    int checks() {
        return checks;
    }
}
