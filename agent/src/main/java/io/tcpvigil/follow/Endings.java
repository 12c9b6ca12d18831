// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.follow;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.DestroyEvents;
import io.tcpvigil.kernel.inetdiag.DestroyMessage;
import io.tcpvigil.report.StateChange;
import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.TcpState;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Ends of connections that wait a moment for the message in which the kernel tells the last counters of the socket. The
 * message comes some microseconds after the end; of a socket that its process keeps open much later, and of one that was
 * aborted it says nothing: these are told without counters when their time is over.
 */
final class Endings {
    static final long PATIENCE_NANOS = 50_000_000L;
    /** Of each kind: what is beyond is told without counters. */
    private static final int MOST = 1 << 14;

    private record Ends(Endpoint local, Endpoint remote) {}

    private record Waiting(StateChange change, SocketFilter.ProcessLookup holder, long readNanos) {}

    /** What a message said, and when it was taken. */
    private record Note(
            long takenNanos, long bytesSent, long bytesReceived, long segmentsRetransmitted, long rttMicros) {}

    private final DestroyEvents messages;
    private final Map<Ends, Waiting> waiting = new LinkedHashMap<>();
    /** Messages that were there before the transition was read. */
    private final Map<Ends, Note> early = new LinkedHashMap<>();

    private final Out out;
    private long nowNanos;

    /** Where ends go when they are complete. */
    interface Out {
        void give(StateChange change, SocketFilter.ProcessLookup holder);
    }

    Endings(DestroyEvents messages, Out out) {
        this.messages = messages;
        this.out = out;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /**
     * Takes the end of a connection.
     *
     * @param nanoTime when it happened
     * @param readNanos when it was read; from then on it waits, for where the machine stood still meanwhile, the kernel's
     *     worker that sends the message did so, too
     */
    void add(StateChange change, SocketFilter.ProcessLookup holder, long nanoTime, long readNanos) {
        Ends ends = new Ends(change.local(), change.remote());
        release(ends);
        Waiting end = new Waiting(change, holder, readNanos);
        Note note = early.remove(ends);
        if (note != null && note.takenNanos - nanoTime >= 0) {
            give(end, note);
        } else if (messages.listen()) {
            waiting.put(ends, end);
            if (waiting.size() > MOST) {
                release(waiting.keySet().iterator().next());
            }
        } else {
            give(end, null);
        }
    }

    /** Before something else is told of a connection with the same ends: it comes after the end that waits. */
    void precede(StateChange change) {
        if (!waiting.isEmpty()) {
            release(new Ends(change.local(), change.remote()));
        }
    }

    private void release(Ends ends) {
        Waiting end = waiting.remove(ends);
        if (end != null) {
            give(end, null);
        }
    }

    /** Hands over ends whose message came, and those that have waited long enough. */
    void settle(long now) {
        nowNanos = now;
        messages.drain(this::note);
        Iterator<Waiting> each = waiting.values().iterator();
        while (each.hasNext()) {
            Waiting end = each.next();
            if (now - end.readNanos < PATIENCE_NANOS) {
                break;
            }
            each.remove();
            give(end, null);
        }
        Iterator<Note> old = early.values().iterator();
        while (old.hasNext() && now - old.next().takenNanos > PATIENCE_NANOS) {
            old.remove();
        }
    }

    private void note(DestroyMessage message) {
        if (message.remotePort() == 0) {
            // No connection, or one that was disconnected before: nothing is in it.
            return;
        }
        Ends ends = message.isIpv6()
                ? ends(
                        new IpAddress(true, message.localHigh(), message.localLow()),
                        new IpAddress(true, message.remoteHigh(), message.remoteLow()),
                        message)
                : ends(IpAddress.ofIpv4(message.localIpv4()), IpAddress.ofIpv4(message.remoteIpv4()), message);
        long sent = message.bytesSent();
        long again = message.bytesRetransmitted();
        Note note = new Note(
                nowNanos,
                sent < 0 || again < 0 ? DestroyMessage.ABSENT : sent - again,
                message.bytesReceived(),
                message.segmentsRetransmitted(),
                message.rttMicros());
        Waiting end = waiting.remove(ends);
        if (end != null) {
            give(end, note);
        } else if (early.size() < MOST) {
            early.put(ends, note);
        }
    }

    private static Ends ends(IpAddress local, IpAddress remote, DestroyMessage message) {
        return new Ends(new Endpoint(local, message.localPort()), new Endpoint(remote, message.remotePort()));
    }

    private void give(Waiting end, @Nullable Note note) {
        out.give(note == null ? end.change : end.change.with(traffic(end.change, note)), end.holder);
    }

    private static StateChange.Traffic traffic(StateChange change, Note note) {
        TcpState from = change.from();
        StateChange.End end = change.end();
        String first = end == null ? null : end.closedFirst();
        boolean finCame = from == TcpState.CLOSE_WAIT
                || from == TcpState.LAST_ACK
                || from == TcpState.CLOSING
                || "peer".equals(first)
                || "both".equals(first);
        // A FIN counts as a byte received.
        long received = finCame && note.bytesReceived > 0 ? note.bytesReceived - 1 : note.bytesReceived;
        boolean mayCountFin = from == TcpState.FIN_WAIT_2 && note.bytesReceived > 0;
        return new StateChange.Traffic(
                note.bytesSent, received, mayCountFin, note.segmentsRetransmitted, note.rttMicros);
    }
}
