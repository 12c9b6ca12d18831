// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import io.tcpvigil.findings.Findings;
import io.tcpvigil.findings.Thresholds;
import io.tcpvigil.kernel.SourceChoice;
import io.tcpvigil.kernel.netns.NamespaceFinder;
import io.tcpvigil.kernel.procfs.PortRange;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.kernel.procfs.Sysctls;
import io.tcpvigil.lifecycle.TrackedConnections;
import io.tcpvigil.ports.EphemeralRange;
import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.ports.PortOwners;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.KernelLimit;
import io.tcpvigil.report.OtherNamespaces;
import io.tcpvigil.report.Report;
import io.tcpvigil.report.Resources;
import io.tcpvigil.report.SampleTimes.Phase;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketTable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What full samples alone are good for: the breakdown by port, what is wrong, the kernel's limits, other network namespaces.
 * Limits are read anew each time, as an administrator may change them at any time. Not thread-safe.
 */
final class Inspection implements AutoCloseable {
    private final SourceChoice sources;
    private final ProcFs procFs;
    private final PortSurvey survey;
    private final SampleTimer timer;
    private @Nullable Diagnosis diagnosis;
    private @Nullable NamespaceWatch namespaces;
    private @Nullable PortOwners portOwners;

    /** @param timer has just ended the phase before {@link Phase#COUNT} at each {@link #look} */
    Inspection(SourceChoice sources, ProcFs procFs, PortSurvey survey, SampleTimer timer) {
        this.sources = sources;
        this.procFs = procFs;
        this.survey = survey;
        this.timer = timer;
    }

    /** What came of a look; null is what nobody asked for, or nothing told. */
    record Found(
            @Nullable EphemeralRange range,
            PortBreakdown ports,
            @Nullable Findings findings,
            @Nullable Resources resources,
            @Nullable OtherNamespaces otherNamespaces) {
        /** What the report of a full sample says of it, which stands until the next. */
        static Found in(Report report) {
            return new Found(
                    report.range(), report.ports(), report.findings(), report.resources(), report.otherNamespaces());
        }
    }

    /** See {@link Sampler#diagnose}. */
    void diagnose(Diagnosis with) {
        diagnosis = with;
        if (with.isThorough()) {
            survey.withPools();
        }
    }

    /** From now on looks for what these thresholds say. */
    void thresholds(Thresholds changed) {
        if (diagnosis != null) {
            diagnosis.thresholds(changed);
        }
    }

    /** See {@link Sampler#watchNamespaces}. */
    void watchNamespaces() {
        namespaces = new NamespaceWatch(NamespaceFinder.usual());
    }

    /** See {@link Sampler#surveyPools}. */
    void surveyPools() {
        survey.withPools();
    }

    /** See {@link Sampler#nameOwners}. */
    void nameOwners(PortOwners owners) {
        portOwners = owners;
    }

    /** Whether the dump shall tell all that there is of each connection. */
    boolean isThorough() {
        return diagnosis != null && diagnosis.isThorough();
    }

    /**
     * Looks through a full sample.
     *
     * @param listening as {@link PortBreakdown#analyse} wants it
     * @param filter what UDP sockets must fit, too
     * @param following what became of the connections; null when nobody follows them, and then nothing is diagnosed
     * @param connections the same one by one
     * @param ownNamespace the number of the network namespace of the sample
     * @param before the last full sample, of which stays what this one does not tell; null if there was none
     * @param problems takes what could not be read, one line each
     */
    Found look(
            SocketTable table,
            SocketTable listening,
            SocketFilter filter,
            SocketFilter.ProcessLookup processes,
            @Nullable Following following,
            @Nullable TrackedConnections connections,
            long ownNamespace,
            @Nullable Report before,
            List<String> problems) {
        Sysctls sysctls = Sysctls.read(procFs);
        problems.addAll(sysctls.problems());
        EphemeralRange range = ephemeralRange(sysctls);
        PortOwners owners = portOwners;
        Findings findings = before == null ? null : before.findings();
        Diagnosis diagnosing = following == null ? null : diagnosis;
        if (diagnosing != null) {
            diagnosing.take(table, sources);
            owners = diagnosing.owners();
        }
        PortBreakdown ports = survey.look(table, listening, sysctls, range, filter, processes, owners, problems);
        timer.ended(Phase.COUNT);
        if (diagnosing != null && following != null && connections != null) {
            findings = diagnosing.look(table, sysctls, range, ports, following, connections, findings);
        }
        Resources resources = table.coverage().extent() != Coverage.Extent.FAILED
                ? resources(table, sysctls, range, ports)
                : before == null ? null : before.resources();
        OtherNamespaces others = namespaces == null ? null : namespaces.look(ownNamespace);
        timer.ended(Phase.DIAGNOSE);
        return new Found(range, ports, findings, resources, others);
    }

    /** What cannot be looked at, which is so until the next look, one line each. */
    List<String> gaps(Found found) {
        List<String> gaps = new ArrayList<>();
        if (found.otherNamespaces() != null) {
            gaps.addAll(found.otherNamespaces().gaps());
        }
        String hidden = diagnosis == null ? null : diagnosis.notice();
        if (hidden != null) {
            gaps.add(hidden);
        }
        return gaps;
    }

    private Resources resources(
            SocketTable table, Sysctls sysctls, @Nullable EphemeralRange range, PortBreakdown ports) {
        return new Resources(
                limits(sysctls, range),
                diagnosis == null ? Map.of() : diagnosis.exhaustionSeconds(ports),
                diagnosis == null ? null : diagnosis.holdings(table));
    }

    private static Map<KernelLimit, Long> limits(Sysctls sysctls, @Nullable EphemeralRange range) {
        Map<KernelLimit, Long> limits = new EnumMap<>(KernelLimit.class);
        sysctls.tcpMaxTwBuckets().ifPresent(limit -> limits.put(KernelLimit.TIME_WAIT_BUCKETS, limit));
        sysctls.tcpMaxOrphans().ifPresent(limit -> limits.put(KernelLimit.ORPHANS, limit));
        sysctls.somaxconn().ifPresent(limit -> limits.put(KernelLimit.SOMAXCONN, limit));
        sysctls.tcpMaxSynBacklog().ifPresent(limit -> limits.put(KernelLimit.SYN_BACKLOG, limit));
        sysctls.tcpMem().ifPresent(pages -> {
            limits.put(KernelLimit.TCP_MEM_PRESSURE_PAGES, pages.pressurePages());
            limits.put(KernelLimit.TCP_MEM_MAX_PAGES, pages.highPages());
        });
        sysctls.fileMax().ifPresent(limit -> limits.put(KernelLimit.FILE_DESCRIPTORS, limit));
        if (range != null) {
            limits.put(KernelLimit.EPHEMERAL_PORTS, (long) range.size());
        }
        return limits;
    }

    private static @Nullable EphemeralRange ephemeralRange(Sysctls sysctls) {
        if (sysctls.localPortRange().isEmpty()) {
            return null;
        }
        PortRange range = sysctls.localPortRange().get();
        BitSet reserved = new BitSet();
        for (PortRange each : sysctls.localReservedPorts().orElse(List.of())) {
            reserved.set(each.low(), each.high() + 1);
        }
        return new EphemeralRange(range.low(), range.high(), reserved);
    }

    @Override
    public void close() {
        survey.close();
        if (namespaces != null) {
            namespaces.close();
        }
    }
}
