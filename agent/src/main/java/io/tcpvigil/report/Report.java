// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.report;

import io.tcpvigil.Nullable;
import io.tcpvigil.findings.Findings;
import io.tcpvigil.ports.EphemeralRange;
import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.StateCounts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What one sample found.
 *
 * @param takenAt wall time at the start of the sample, for display only
 * @param takenNanos monotonic time at the start of the sample, for ages
 * @param source where the rows came from
 * @param coverage how much of the truth they are; when it failed, all counts below are those of no rows and mean nothing
 * @param ipv4 sockets of family AF_INET
 * @param ipv6 sockets of family AF_INET6, those with v4-mapped addresses included
 * @param unknownStates rows by state number that this version does not know; empty as a rule
 * @param filter what the user asked for, in his words; empty when it was everything. Sockets that do not fit are in none
 *     of the numbers
 * @param problems what could not be read besides the sockets, one line each
 * @param range the ephemeral ports; null when it could not be read
 * @param ports listeners and destinations
 * @param services names of the ports in {@code ports}
 * @param following what is known from looking again and again; null after a single look
 * @param findings what was wrong as of the last full sample; null when nobody looked for it
 * @param resources what sockets draw on, as of the last full sample; null when nobody looked
 * @param otherNamespaces the rest of the machine, as of the last full sample; null when nobody looked
 * @param times how long samples took, this one included; null after a single look
 */
public record Report(
        Instant takenAt,
        long takenNanos,
        Host host,
        Source source,
        Coverage coverage,
        StateCounts ipv4,
        StateCounts ipv6,
        Map<Integer, Integer> unknownStates,
        String filter,
        List<String> problems,
        @Nullable EphemeralRange range,
        PortBreakdown ports,
        ServiceNames services,
        @Nullable Following following,
        @Nullable Findings findings,
        @Nullable Resources resources,
        @Nullable OtherNamespaces otherNamespaces,
        @Nullable SampleTimes times) {

    /** A report of somebody who looked at sockets only. */
    public Report(
            Instant takenAt,
            long takenNanos,
            Host host,
            Source source,
            Coverage coverage,
            StateCounts ipv4,
            StateCounts ipv6,
            Map<Integer, Integer> unknownStates,
            String filter,
            List<String> problems,
            @Nullable EphemeralRange range,
            PortBreakdown ports,
            ServiceNames services,
            @Nullable Following following,
            @Nullable Findings findings) {
        this(
                takenAt,
                takenNanos,
                host,
                source,
                coverage,
                ipv4,
                ipv6,
                unknownStates,
                filter,
                problems,
                range,
                ports,
                services,
                following,
                findings,
                null,
                null,
                null);
    }

    /**
     * The machine and the namespace looked at.
     *
     * @param kernel its release, such as {@code 6.1.0-13-amd64}
     * @param networkNamespace the inode number of the namespace; {@link #UNKNOWN_NAMESPACE} when it may not be read
     */
    public record Host(String name, String kernel, long networkNamespace) {
        public static final long UNKNOWN_NAMESPACE = -1;
        /** A name or release that could not be read. */
        public static final String UNKNOWN = "unknown";
    }

    /**
     * Where the rows came from.
     *
     * @param name {@code netlink} or {@code proc}
     * @param reason why it is not a better source; null when it is the best
     * @param durationNanos how long the dump took
     * @param rows sockets in the dump, before any filter
     * @param duplicates rows that the dump gave twice, counted once
     * @param showsBound whether bound sockets are among the rows; else {@link StateCounts#bound} is unknown, not 0
     */
    public record Source(
            String name, @Nullable String reason, long durationNanos, long rows, long duplicates, boolean showsBound) {}

    /** Names of services; a function, because the file behind it is read when first asked. */
    public interface ServiceNames {
        /** The name that {@code /etc/services} gives to a TCP port, or null. */
        @Nullable
        String tcp(int port);

        /** The name that it gives to a UDP port, or null. */
        default @Nullable String udp(int port) {
            return null;
        }
    }

    public Report {
        unknownStates = Map.copyOf(unknownStates);
        problems = List.copyOf(problems);
    }

    /** The same with more that could not be read. */
    public Report withProblems(List<String> more) {
        List<String> all = new ArrayList<>(problems);
        all.addAll(more);
        return new Report(
                takenAt,
                takenNanos,
                host,
                source,
                coverage,
                ipv4,
                ipv6,
                unknownStates,
                filter,
                all,
                range,
                ports,
                services,
                following,
                findings,
                resources,
                otherNamespaces,
                times);
    }

    /** All sockets by state. */
    public StateCounts states() {
        return ipv4.plus(ipv6);
    }
}
