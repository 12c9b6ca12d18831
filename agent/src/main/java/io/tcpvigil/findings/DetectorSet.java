// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.Nullable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** All detectors, and what they remember from one full sample to the next. Not thread-safe. */
public final class DetectorSet {
    private static final int CLOSEST_KEPT = 5;
    private static final int MOST_FINDINGS = 200;

    private static final Comparator<Finding> WORST_FIRST = Comparator.comparing(Finding::severity)
            .reversed()
            .thenComparing(Finding::id)
            .thenComparing(Comparator.comparingLong(Finding::count).reversed())
            .thenComparing(finding -> finding.scope().toString());

    private final List<Detector> detectors;
    private final Rows rows = new Rows();
    private final Hysteresis hysteresis = new Hysteresis();

    public DetectorSet() {
        this.detectors = List.of(
                new CloseWaitLeak(),
                new TimeWaitPile(),
                new EphemeralExhaustion(),
                new AcceptQueueFull(),
                new SynReceivedPile(),
                new SynSentPile(),
                new FinWait2Pile(),
                new LastAckStuck(),
                new FinWait1Stuck(),
                new ClosingStuck(),
                new TimeWaitOverflow(),
                new ListenDrops(),
                new SynCookiesActive(),
                new OrphanPressure(),
                new ResetStorm(),
                new ConnectFailures(),
                new DescriptorExhaustion(),
                new MemoryPressure(),
                new ShortLivedChurn(),
                new HiddenClosed(),
                new PortConflictPools(),
                new SamplingBlind());
    }

    /** What is wrong as of this full sample. */
    public Findings look(Observation now) {
        rows.take(now.table(), now.ports());
        Readings readings = new Readings();
        List<Finding> raised = new ArrayList<>();
        List<Level> closest = new ArrayList<>();
        Set<FindingId> blind = EnumSet.noneOf(FindingId.class);
        hysteresis.begin(now.nanos(), now.thresholds());
        Set<FindingId> off = now.thresholds().off();
        for (Detector detector : detectors) {
            if (off.contains(detector.id())) {
                blind.add(detector.id());
                continue;
            }
            readings.begin(detector);
            int unknownBefore = readings.unknown.size();
            detector.look(now, rows, readings);
            if (readings.unknown.size() > unknownBefore && readings.readings.isEmpty()) {
                blind.add(detector.id());
            }
            for (Readings.Reading reading : readings.readings) {
                @Nullable Finding finding = hysteresis.take(reading);
                if (finding != null) {
                    raised.add(finding);
                } else {
                    closest.add(reading.level());
                }
            }
        }
        hysteresis.end(raised::add);
        raised.sort(WORST_FIRST);
        closest.sort(Comparator.comparingDouble(Level::pressure).reversed());
        return new Findings(
                raised.subList(0, Math.min(MOST_FINDINGS, raised.size())),
                closest.subList(0, Math.min(CLOSEST_KEPT, closest.size())),
                readings.unknown,
                blind,
                detectors.size() - blind.size(),
                now.holders().gaps());
    }
}
