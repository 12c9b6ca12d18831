// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.follow;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.SourceChoice;
import io.tcpvigil.lifecycle.Evidence;
import io.tcpvigil.report.StateChange;
import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateMachine;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * What differs from one look at all sockets to the next, row by row, for where there is no probe. A connection that comes
 * and goes between two looks is not seen. An object for each socket: for a screen, not for a daemon.
 */
public final class SamplingFeed implements TransitionFeed {
    private final SourceChoice sources;
    private final String reason;
    private final long namespace;
    private final long intervalMillis;
    private final SocketTable table = new SocketTable();
    private final Map<Ends, Seen> known = new HashMap<>();
    private String source = "";
    private long looks;
    private long lastLookNanos;
    private boolean enough;

    private record Ends(Endpoint local, Endpoint remote, boolean ipv6) {}

    /** What is known of a socket: its state, in which look it was there last, since when it is in the state (0 unknown). */
    private static final class Seen {
        private TcpState state;
        private long look;
        private long sinceNanos;
        private boolean fromStart;

        private Seen(TcpState state) {
            this.state = state;
        }
    }

    /**
     * Makes the first look: transitions are told from then on.
     *
     * @param sources which it closes at its end
     * @param reason why there is no probe
     * @param namespace the inode of the network namespace of the sources
     * @param intervalMillis from one look to the next
     * @throws IOException when nothing can be read
     */
    public SamplingFeed(SourceChoice sources, String reason, long namespace, long intervalMillis) throws IOException {
        this.sources = sources;
        this.reason = reason;
        this.namespace = namespace;
        this.intervalMillis = intervalMillis;
        look((change, holder) -> true);
    }

    @Override
    public String name() {
        return "sampling";
    }

    @Override
    public String header() {
        return "source sampling (" + source + ") every " + intervalMillis
                + " ms: what comes and goes between two looks is not seen; " + reason;
    }

    @Override
    public String reason() {
        return reason;
    }

    @Override
    public @Nullable Long namespace() {
        return namespace;
    }

    @Override
    public void next(int timeoutMillis, Taker taker) throws IOException, InterruptedException {
        long wait = intervalMillis - (System.nanoTime() - lastLookNanos) / 1_000_000;
        if (wait > 0) {
            Thread.sleep(Math.min(wait, timeoutMillis));
        }
        if (wait <= timeoutMillis) {
            look(taker);
        }
    }

    private void look(Taker taker) throws IOException {
        lastLookNanos = System.nanoTime();
        Instant now = Instant.now();
        source = sources.dump(SocketQuery.ALL, table).source();
        if (!table.coverage().isComplete()) {
            if (looks == 0) {
                throw new IOException(table.coverage().reason());
            }
            // A look that was cut short closes nothing; the next one is compared with the one before.
            return;
        }
        looks++;
        enough = false;
        for (int row = 0; row < table.rows() && !enough; row++) {
            if (table.kind(row) != SocketKind.BOUND) {
                compare(row, now, taker);
            }
        }
        Iterator<Map.Entry<Ends, Seen>> each = known.entrySet().iterator();
        while (each.hasNext() && !enough) {
            Map.Entry<Ends, Seen> entry = each.next();
            if (entry.getValue().look != looks) {
                tell(entry.getKey(), entry.getValue(), TcpState.CLOSED, now, taker);
                each.remove();
            }
        }
    }

    private void compare(int row, Instant now, Taker taker) throws IOException {
        Ends ends = new Ends(table.local(row), table.remote(row), table.isIpv6(row));
        TcpState state = table.state(row);
        Seen seen = known.get(ends);
        if (seen == null) {
            seen = new Seen(looks == 1 ? state : TcpState.CLOSED);
            known.put(ends, seen);
        }
        boolean again = seen.look == looks;
        seen.look = looks;
        // Several listeners may have the same ends (SO_REUSEPORT); they are told as one.
        if (!again && seen.state != state) {
            tell(ends, seen, state, now, taker);
        }
    }

    private void tell(Ends ends, Seen seen, TcpState to, Instant now, Taker taker) throws IOException {
        TcpState from = seen.state;
        Evidence evidence = Evidence.OBSERVED;
        if (to == TcpState.CLOSED && from != TcpState.TIME_WAIT && from != TcpState.LISTEN) {
            evidence = Evidence.VANISHED;
        } else if (!StateMachine.isLegal(from, to)) {
            evidence = Evidence.INFERRED;
        }
        boolean over = to == TcpState.CLOSED && from != TcpState.LISTEN;
        StateChange change = new StateChange(
                now,
                ends.ipv6,
                ends.local,
                ends.remote,
                from,
                to,
                evidence,
                null,
                seen.fromStart ? lastLookNanos - seen.sinceNanos : UNKNOWN,
                over ? new StateChange.End(UNKNOWN, null, null) : null);
        seen.state = to;
        seen.sinceNanos = lastLookNanos;
        seen.fromStart = true;
        enough |= !taker.take(change, SocketFilter.NO_PROCESSES);
    }

    @Override
    public void end(Taker taker) {
        // What happened after the last look was not seen.
    }

    @Override
    public long lost() {
        return UNKNOWN;
    }

    @Override
    public long unremembered() {
        return UNKNOWN;
    }

    @Override
    public void close() {
        sources.close();
    }
}
