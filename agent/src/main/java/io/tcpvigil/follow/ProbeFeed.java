// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.follow;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.DestroyEvents;
import io.tcpvigil.kernel.bpf.TransitionEvent;
import io.tcpvigil.kernel.bpf.TransitionEvents;
import io.tcpvigil.kernel.bpf.TransitionProbe;
import io.tcpvigil.kernel.bpf.TransitionTotals;
import io.tcpvigil.lifecycle.Evidence;
import io.tcpvigil.report.StateChange;
import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Every transition, told by the kernel. */
public final class ProbeFeed implements TransitionFeed {
    private static final int BATCH = 4096;
    /** Sockets whose caller is remembered for {@code process=}. */
    private static final int MOST_CALLERS = 1 << 16;
    /** Children whose next transition, some microseconds later, was not read yet; when it was lost, it never is. */
    private static final int MOST_NEWBORN = 1 << 10;
    /** While ends wait for their message: that does not wake us. */
    private static final int ENDS_MILLIS = 2;

    private final TransitionProbe probe;
    private final TransitionEvents events;
    private final TransitionTotals totals = new TransitionTotals();
    private final Map<Long, StateChange.Caller> callers = new HashMap<>();
    /** Children that their listener has just made: the record of that has no remote end yet, the next one has. */
    private final Map<Long, StateChange> newborn = new LinkedHashMap<>();

    private final DestroyEvents messages = DestroyEvents.ofThread(System::nanoTime);
    private final Endings endings = new Endings(messages, this::hand);
    private Taker out = (change, holder) -> true;

    private Instant wallTime = Instant.EPOCH;
    private long wallNanos;
    private @Nullable IOException failure;
    private boolean enough;

    /** @param probe one with events, which it closes at its end */
    public ProbeFeed(TransitionProbe probe) {
        this.probe = probe;
        this.events = probe.events().orElseThrow(() -> new IllegalArgumentException("a probe without events"));
        messages.listen();
    }

    @Override
    public String name() {
        return "probe";
    }

    @Override
    public String header() {
        return "source probe: every transition, told by the kernel; "
                + (probe.scope() == TransitionProbe.Scope.NAMESPACE
                        ? "network namespace " + probe.namespaceInode()
                        : "of the whole host, all network namespaces: this kernel does not describe its types (BTF)");
    }

    @Override
    public @Nullable String reason() {
        return null;
    }

    @Override
    public @Nullable Long namespace() {
        return probe.scope() == TransitionProbe.Scope.NAMESPACE ? Long.valueOf(probe.namespaceInode()) : null;
    }

    @Override
    public void next(int timeoutMillis, Taker taker) throws IOException {
        boolean there = events.await(endings.isEmpty() ? timeoutMillis : Math.min(timeoutMillis, ENDS_MILLIS));
        out = taker;
        enough = false;
        int read = BATCH;
        while (read == BATCH && !enough) {
            // Each time anew: a wall clock that was set would tear them apart.
            wallTime = Instant.now();
            wallNanos = System.nanoTime();
            read = there ? events.drain(this::take, BATCH) : 0;
            endings.settle(System.nanoTime());
            throwFailure();
        }
    }

    private void throwFailure() throws IOException {
        IOException failed = failure;
        failure = null;
        if (failed != null) {
            throw failed;
        }
    }

    @Override
    public void end(Taker taker) throws IOException {
        probe.detach();
        long deadline = System.nanoTime() + Endings.PATIENCE_NANOS;
        boolean more = true;
        while (more) {
            next(ENDS_MILLIS, taker);
            boolean waits = !endings.isEmpty() && System.nanoTime() - deadline < 0;
            more = !enough && (waits || events.await(0));
        }
        endings.settle(System.nanoTime() + Endings.PATIENCE_NANOS);
        for (Map.Entry<Long, StateChange> alone : newborn.entrySet()) {
            give(alone.getValue(), alone.getKey());
        }
        newborn.clear();
        throwFailure();
    }

    private void take(TransitionEvent event) {
        TcpState from = event.from();
        TcpState to = event.to();
        if (from == null || to == null || enough || failure != null) {
            // A state of a newer kernel, or nobody wants more.
            return;
        }
        StateChange change = change(event, from, to);
        long socket = event.socket();
        StateChange birth = newborn.remove(socket);
        boolean born = from == TcpState.LISTEN && to == TcpState.SYN_RECEIVED;
        if (birth != null) {
            // That a birth follows a birth means that all between was lost.
            give(born ? birth : birth.between(change.local(), change.remote()), socket);
        }
        if (born) {
            newborn.put(socket, change);
            if (newborn.size() > MOST_NEWBORN) {
                Map.Entry<Long, StateChange> eldest =
                        newborn.entrySet().iterator().next();
                newborn.remove(eldest.getKey());
                give(eldest.getValue(), eldest.getKey());
            }
            return;
        }
        if (change.end() != null && change.remote().port() != 0) {
            note(change, socket);
            endings.add(change, holder(socket), event.nanoTime(), wallNanos);
        } else {
            give(change, socket);
        }
        if (to == TcpState.CLOSED) {
            callers.remove(socket);
        }
    }

    private void note(StateChange change, long socket) {
        StateChange.Caller process = change.process();
        if (process != null && callers.size() < MOST_CALLERS) {
            callers.put(socket, process);
        }
    }

    private SocketFilter.ProcessLookup holder(long socket) {
        StateChange.Caller holder = callers.get(socket);
        return holder == null
                ? SocketFilter.NO_PROCESSES
                : (table, row, nameOrPid) -> holder.name().equals(nameOrPid)
                        || Integer.toString(holder.pid()).equals(nameOrPid);
    }

    private void give(StateChange change, long socket) {
        endings.precede(change);
        note(change, socket);
        hand(change, holder(socket));
    }

    private void hand(StateChange change, SocketFilter.ProcessLookup holder) {
        if (enough || failure != null) {
            return;
        }
        try {
            enough = !out.take(change, holder);
        } catch (IOException lost) {
            failure = lost;
        }
    }

    private StateChange change(TransitionEvent event, TcpState from, TcpState to) {
        boolean ends = to == TcpState.CLOSED && from != TcpState.LISTEN;
        return new StateChange(
                wallTime.minusNanos(wallNanos - event.nanoTime()),
                event.isIpv6(),
                new Endpoint(event.localAddress(), event.localPort()),
                new Endpoint(event.remoteAddress(), event.remotePort()),
                from,
                to,
                Evidence.EXACT,
                event.pid() == 0 ? null : new StateChange.Caller(event.pid(), event.processName()),
                event.dwellNanos(),
                ends ? new StateChange.End(event.lifetimeNanos(), closedFirst(event), null) : null);
    }

    private static @Nullable String closedFirst(TransitionEvent event) {
        if (event.closedLocally()) {
            return event.closedByPeer() ? "both" : "local";
        }
        return event.closedByPeer() ? "peer" : null;
    }

    @Override
    public long lost() throws IOException {
        probe.read(totals);
        return totals.eventsLost() + Math.max(0, totals.transitionsMissed());
    }

    @Override
    public long unremembered() throws IOException {
        probe.read(totals);
        return totals.socketsNotRemembered();
    }

    @Override
    public void close() {
        messages.close();
        probe.close();
    }
}
