// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.Nullable;
import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Findings;
import io.tcpvigil.findings.Scope;
import io.tcpvigil.findings.Thresholds;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.kernel.procfs.Sysctls;
import io.tcpvigil.lifecycle.ConnectionTracker;
import io.tcpvigil.lifecycle.Sample;
import io.tcpvigil.ports.EphemeralRange;
import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.ports.PortContext;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.ProbeReport;
import io.tcpvigil.report.Tier;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.KernelEvents;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.SocketUsage;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of a probe's count of connects that found no port, with no socket in sight. */
class DiagnosisTest {
    private static final long SECOND = 1_000_000_000L;
    private static final EphemeralRange RANGE = new EphemeralRange(32768, 60999, new BitSet());

    @TempDir
    private Path noProc;

    private final Diagnosis diagnosis = Diagnosis.inPassing(Thresholds.USUAL);
    private final ConnectionTracker tracker = new ConnectionTracker(1);
    private long now = SECOND;

    private static ProbeReport probe(ProbeReport.Scope scope, long withoutPort) {
        return new ProbeReport(null, scope, Map.of(), 0, withoutPort, List.of(), 0, 0, 0);
    }

    private Findings look(ProbeReport probe, @Nullable Findings before) {
        SocketTable table = new SocketTable();
        table.coverage(Coverage.complete());
        tracker.update(table, Sample.full(now, SECOND));
        now += SECOND;
        Following following = new Following(
                tracker.report(),
                tracker.report().transitions(),
                new Following.Pace(Tier.FULL, now, SECOND, SECOND, 1),
                Map.of(),
                Map.of(),
                new Following.EventStream(null, 0, 0),
                probe,
                KernelEvents.NONE,
                SocketUsage.UNKNOWN);
        PortBreakdown ports = PortBreakdown.analyse(table, table, PortContext.of(RANGE));
        Sysctls sysctls = Sysctls.read(ProcFs.at(noProc));
        return Objects.requireNonNull(
                diagnosis.look(table, sysctls, RANGE, ports, following, tracker.connections(), before));
    }

    private Findings lookTwice(ProbeReport.Scope scope) {
        return look(probe(scope, 5), look(probe(scope, 0), null));
    }

    @Test
    void raisesThatConnectsOfTheNamespaceFoundNoPort() {
        Finding raised = lookTwice(ProbeReport.Scope.NAMESPACE).raised().get(0);
        assertEquals(FindingId.EPHEMERAL_EXHAUSTION, raised.id());
        assertEquals(Scope.NAMESPACE, raised.scope());
        assertEquals(5, raised.count());
    }

    /** They may be those of a container beside us. */
    @Test
    void doesNotTakeThoseOfTheWholeHostForOurs() {
        Findings findings = lookTwice(ProbeReport.Scope.HOST);
        assertEquals(List.of(), findings.raised());
        assertTrue(
                findings.unchecked().stream().anyMatch(line -> line.contains("connects that find no free port")),
                findings.unchecked().toString());
    }
}
