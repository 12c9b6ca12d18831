// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Findings;
import io.tcpvigil.findings.Scope;
import io.tcpvigil.findings.Severity;
import io.tcpvigil.ports.DestinationUse;
import io.tcpvigil.report.GroupedCounts.Group;
import io.tcpvigil.report.Holdings;
import io.tcpvigil.report.KernelLimit;
import io.tcpvigil.report.OtherNamespaces;
import io.tcpvigil.report.Report;
import io.tcpvigil.report.Resources;
import io.tcpvigil.report.SampleTimes;
import io.tcpvigil.report.SampleTimes.Phase;
import io.tcpvigil.report.Tier;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.StateCounts;
import io.tcpvigil.tcp.TcpState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A report with all that a daemon knows. */
public final class FullSamples {
    private static final OtherNamespaces OTHERS = new OtherNamespaces(
            List.of(new OtherNamespaces.Counted(
                    4026532999L,
                    "blue",
                    "netlink",
                    states(TcpState.ESTABLISHED, 2),
                    states(TcpState.TIME_WAIT, 1),
                    true)),
            List.of());

    private FullSamples() {}

    /** So many sockets in a state and no others. */
    static StateCounts states(TcpState state, int count) {
        StateCounts.Tally tally = new StateCounts.Tally();
        for (int i = 0; i < count; i++) {
            tally.add(state, SocketKind.FULL);
        }
        return tally.counts();
    }

    public static Report report() {
        return report(Samples.report(), resources(Samples.report().ports().destinations()));
    }

    /** {@code plain} with the rest. */
    public static Report report(Report plain, Resources resources) {
        return new Report(
                plain.takenAt(),
                plain.takenNanos(),
                plain.host(),
                plain.source(),
                plain.coverage(),
                plain.ipv4(),
                plain.ipv6(),
                plain.unknownStates(),
                plain.filter(),
                plain.problems(),
                plain.range(),
                plain.ports(),
                plain.services(),
                FollowedSamples.following(),
                findings(),
                resources,
                OTHERS,
                times());
    }

    private static Findings findings() {
        Finding leak = new Finding(
                FindingId.CLOSE_WAIT_LEAK,
                Severity.CRITICAL,
                new Scope(Scope.Kind.PROCESS, "java/4711"),
                1104,
                "java/4711 does not close",
                List.of(),
                "",
                "",
                "",
                List.of(),
                List.of(),
                4_200);
        return new Findings(
                List.of(leak),
                List.of(),
                List.of("orphan_pressure: not told"),
                Set.of(FindingId.ORPHAN_PRESSURE),
                FindingId.values().length,
                "");
    }

    static Resources resources(List<DestinationUse> destinations) {
        Map<DestinationUse, Double> exhaustion = new HashMap<>();
        destinations.stream().limit(1).forEach(use -> exhaustion.put(use, 840.0));
        return new Resources(
                Map.of(
                        KernelLimit.TIME_WAIT_BUCKETS, 131_072L,
                        KernelLimit.SOMAXCONN, 4096L,
                        KernelLimit.EPHEMERAL_PORTS, 28_232L),
                exhaustion,
                holdings());
    }

    private static Holdings holdings() {
        return new Holdings(
                List.of(
                        new Group("java", states(TcpState.CLOSE_WAIT, 4)),
                        new Group("nginx\u001b[31m", states(TcpState.ESTABLISHED, 2)),
                        new Group("other", states(TcpState.LISTEN, 1))),
                states(TcpState.TIME_WAIT, 1),
                List.of(
                        new Group("app.service", states(TcpState.CLOSE_WAIT, 4)),
                        new Group("docker:0123456789ab", states(TcpState.ESTABLISHED, 2))),
                states(TcpState.TIME_WAIT, 2),
                List.of(
                        new Holdings.Descriptors("java", 10, 1024),
                        new Holdings.Descriptors("java", 900, 1024),
                        new Holdings.Descriptors("nginx", 12, Long.MAX_VALUE)),
                true);
    }

    private static SampleTimes times() {
        SampleTimes.Tally tally = new SampleTimes.Tally();
        tally.add(Tier.FULL, Phase.DUMP, 4_200_000);
        tally.add(Tier.FULL, Phase.FOLLOW, 1_000_000);
        tally.add(Tier.FULL, Phase.COUNT, 700_000);
        tally.add(Tier.FULL, Phase.DIAGNOSE, 12_000_000);
        tally.add(Tier.FAST, Phase.DUMP, 90_000);
        return tally.times();
    }
}
