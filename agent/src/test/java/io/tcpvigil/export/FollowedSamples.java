// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.tcpvigil.lifecycle.ConnectionTracker;
import io.tcpvigil.lifecycle.CoverageEvent;
import io.tcpvigil.lifecycle.CoverageLedger;
import io.tcpvigil.lifecycle.EventCoverage;
import io.tcpvigil.lifecycle.KernelTotals;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.lifecycle.Sample;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.ProbeReport;
import io.tcpvigil.report.Report;
import io.tcpvigil.report.Tier;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.KernelEvent;
import io.tcpvigil.tcp.KernelEvents;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.SocketUsage;
import io.tcpvigil.tcp.TcpState;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;

/** A report of somebody who has looked for some seconds, at one inbound connection that its peer closed. */
final class FollowedSamples {
    private static final long SECOND = 1_000_000_000L;

    private FollowedSamples() {}

    private static SocketTable table(TcpState state) {
        SocketTable table = new SocketTable();
        table.begin(TcpState.LISTEN, SocketKind.FULL);
        table.putIpv4(0xC000_0201, 443, 0, 0);
        table.putCookie(1);
        table.commit();
        if (state != TcpState.CLOSED) {
            table.begin(state, SocketKind.FULL);
            table.putIpv4(0xC000_0201, 443, 0xC633_6407, 50_001);
            table.putCookie(2);
            table.putOwner(0, state == TcpState.LAST_ACK ? 0 : 77);
            table.commit();
        }
        table.coverage(Coverage.complete());
        return table;
    }

    private static KernelEvents counted(long passiveOpens) {
        return new KernelEvents.Builder()
                .put(KernelEvent.PASSIVE_OPENS, OptionalLong.of(passiveOpens))
                .put(KernelEvent.ACTIVE_OPENS, OptionalLong.of(5))
                .build();
    }

    static Following following() {
        return following(ProbeReport.none("not permitted"));
    }

    static Following following(ProbeReport probe) {
        ConnectionTracker tracker = new ConnectionTracker(1);
        CoverageLedger ledger = new CoverageLedger();
        TcpState[] life = {
            TcpState.CLOSED, TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, TcpState.LAST_ACK, TcpState.CLOSED
        };
        long now = SECOND;
        for (TcpState state : life) {
            tracker.update(table(state), Sample.full(now, SECOND));
            now += SECOND;
            // Two came up, and one of them was seen.
            ledger.update(
                    KernelTotals.of(counted(state == TcpState.CLOSED && now < 3 * SECOND ? 10 : 12)),
                    tracker.report().seen());
        }
        Map<CoverageEvent, EventCoverage> coverage = new EnumMap<>(CoverageEvent.class);
        for (CoverageEvent event : CoverageEvent.values()) {
            coverage.put(event, ledger.total(event));
        }
        return following(tracker.report(), coverage, probe);
    }

    /** One look, which was cut short. */
    static Following firstDumpPartial() {
        ConnectionTracker tracker = new ConnectionTracker(1);
        SocketTable table = table(TcpState.CLOSE_WAIT);
        table.coverage(Coverage.partial("cut short"));
        tracker.update(table, Sample.full(SECOND, SECOND));
        return following(tracker.report(), Map.of(), ProbeReport.none("not permitted"));
    }

    private static Following following(
            LifecycleReport lifecycle, Map<CoverageEvent, EventCoverage> coverage, ProbeReport probe) {
        return new Following(
                lifecycle,
                lifecycle.transitions(),
                new Following.Pace(Tier.FULL, Samples.TAKEN_NANOS, 2 * SECOND, 30 * SECOND, 2),
                coverage,
                Map.of(
                        CoverageEvent.OPENED_INBOUND,
                        coverage.getOrDefault(CoverageEvent.OPENED_INBOUND, EventCoverage.NONE)),
                new Following.EventStream(null, 9, 4),
                probe,
                counted(12),
                new SocketUsage(
                        OptionalLong.of(2),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.of(3),
                        OptionalLong.empty(),
                        OptionalLong.empty()));
    }

    static Report report() {
        return report(following());
    }

    static Report report(Following following) {
        Report report = Samples.report();
        return new Report(
                report.takenAt(),
                report.takenNanos(),
                report.host(),
                report.source(),
                report.coverage(),
                report.ipv4(),
                report.ipv6(),
                report.unknownStates(),
                report.filter(),
                report.problems(),
                report.range(),
                report.ports(),
                report.services(),
                following,
                null);
    }
}
