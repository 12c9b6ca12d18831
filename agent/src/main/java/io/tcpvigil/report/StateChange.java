// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.report;

import io.tcpvigil.Nullable;
import io.tcpvigil.lifecycle.Evidence;
import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.TcpState;
import java.time.Instant;

/**
 * One transition of one socket, as it is told to somebody who follows them.
 *
 * @param at when it happened; of what was sampled, when it was seen
 * @param ipv6 the socket's family
 * @param local with port 0 while none is chosen
 * @param remote with port 0 of a listener
 * @param evidence how it is known
 * @param process whose call it was; null when a packet or a timer caused it, or nobody knows
 * @param nanosInFrom how long the socket was in {@code from}; -1 when that is not known
 * @param end what there is to say of the connection as a whole; null unless it ends here
 */
public record StateChange(
        Instant at,
        boolean ipv6,
        Endpoint local,
        Endpoint remote,
        TcpState from,
        TcpState to,
        Evidence evidence,
        @Nullable Caller process,
        long nanosInFrom,
        @Nullable End end) {

    /**
     * A process that made a call.
     *
     * @param name of its thread
     */
    public record Caller(int pid, String name) {}

    /**
     * A connection's end.
     *
     * @param lifetimeNanos since it left CLOSED, or was made by its listener; -1 when that is not known
     * @param closedFirst {@code local}, {@code peer} or {@code both}; null when none sent a FIN (it was reset, timed out or
     *     never opened), or nobody knows
     * @param traffic the last values of its counters; null when the kernel has not told them in time
     */
    public record End(
            long lifetimeNanos,
            @Nullable String closedFirst,
            @Nullable Traffic traffic) {}

    /**
     * What went over a connection; -1 for what the running kernel does not count.
     *
     * @param bytesSent payload, each byte once
     * @param bytesReceived payload
     * @param mayCountFin whether {@code bytesReceived} may be one too many: from FIN-WAIT-2 nothing tells if a FIN had come
     * @param segmentsRetransmitted over the whole life
     * @param rttMicros the smoothed round-trip time at the end
     */
    public record Traffic(
            long bytesSent, long bytesReceived, boolean mayCountFin, long segmentsRetransmitted, long rttMicros) {}

    /** The same with what went over the connection that ends. */
    public StateChange with(Traffic traffic) {
        return end == null
                ? this
                : new StateChange(
                        at,
                        ipv6,
                        local,
                        remote,
                        from,
                        to,
                        evidence,
                        process,
                        nanosInFrom,
                        new End(end.lifetimeNanos, end.closedFirst, traffic));
    }

    /** The same between other ends. */
    public StateChange between(Endpoint otherLocal, Endpoint otherRemote) {
        return new StateChange(at, ipv6, otherLocal, otherRemote, from, to, evidence, process, nanosInFrom, end);
    }
}
