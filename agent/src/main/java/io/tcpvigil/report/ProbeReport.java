// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.report;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the probe in the kernel, and those that broke off before it, have counted, beside the transitions, which are among all
 * others.
 *
 * @param problem why there is no probe; null when there is one. All counts are 0 then and mean nothing
 * @param scope what the counts cover
 * @param dwell by state the time that sockets stayed in it, exactly
 * @param failedConnects connects that came to nothing though there was a port: refused, timed out, or given up
 * @param connectsWithoutPort connects that found no free port, which no counter of the kernel tells
 * @param ports the ports with the most connections
 * @param transitionsMissed transitions that the probe knows it did not see; -1 when the kernel does not tell
 * @param socketsNotRemembered sockets without times, because too many were open
 * @param portsNotCounted openings, closings and failures that are in no port, because too many ports were in use
 */
public record ProbeReport(
        @Nullable String problem,
        Scope scope,
        Map<TcpState, Dwell> dwell,
        long failedConnects,
        long connectsWithoutPort,
        List<PortTraffic> ports,
        long transitionsMissed,
        long socketsNotRemembered,
        long portsNotCounted) {

    /** What counts cover. */
    public enum Scope {
        /** The network namespace that is watched. */
        NAMESPACE("namespace"),
        /** All network namespaces of the host: this kernel gives no way to tell them apart. */
        HOST("host");

        private final String label;

        Scope(String label) {
            this.label = label;
        }

        /** The name for machines (labels, JSON). */
        public String label() {
            return label;
        }
    }

    /**
     * How long stays in a state were.
     *
     * @param buckets bucket i counts those from 2^i to below 2^(i+1) nanoseconds, the last also longer ones; not to be changed
     * @param sumNanos all of them together
     */
    @SuppressWarnings("ArrayRecordComponent") // Made once, handed on, never compared.
    public record Dwell(long[] buckets, long sumNanos) {}

    /**
     * What went through a port.
     *
     * @param inbound whether peers connect to it; else we do, and it is the port of the peer
     * @param opened connections that came up
     * @param closed of them, those that are closed
     * @param failed attempts that came to nothing
     * @param withoutPort attempts that found no free local port
     */
    public record PortTraffic(int port, boolean inbound, long opened, long closed, long failed, long withoutPort) {
        /** What the most important are chosen by. */
        public long weight() {
            return opened + failed + withoutPort;
        }
    }

    public ProbeReport {
        EnumMap<TcpState, Dwell> copy = new EnumMap<>(TcpState.class);
        copy.putAll(dwell);
        dwell = Collections.unmodifiableMap(copy);
        ports = List.copyOf(ports);
    }

    /**
     * {@link #connectsWithoutPort} of the namespace that is watched; empty where there is no probe, or where it cannot tell them
     * from those of other namespaces.
     */
    public OptionalLong ownConnectsWithoutPort() {
        return problem == null && scope == Scope.NAMESPACE
                ? OptionalLong.of(connectsWithoutPort)
                : OptionalLong.empty();
    }

    /** There is no probe, for this reason. */
    public static ProbeReport none(String problem) {
        return new ProbeReport(problem, Scope.NAMESPACE, Map.of(), 0, 0, List.of(), 0, 0, 0);
    }

    /** What it could not tell since it began, for want of memory: one line each, which stays the same while that goes on. */
    public List<String> gaps() {
        List<String> gaps = new ArrayList<>();
        if (socketsNotRemembered > 0) {
            gaps.add(
                    "the probe had no room for all sockets: of some, the time in their states and who opened them is missing");
        }
        if (portsNotCounted > 0) {
            gaps.add("the probe had no room for all ports: some connections are in its sums, but in none of its ports");
        }
        return gaps;
    }
}
