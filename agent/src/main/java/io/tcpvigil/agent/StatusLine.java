// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.findings.Findings;
import io.tcpvigil.findings.Severity;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.StateCounts;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A report in one line, as {@code systemctl status} shows it:
 *
 * <pre>
 * 104 sockets: 80 ESTABLISHED, 8 TIME-WAIT, 6 CLOSE-WAIT; 1 critical, 0 warning; netlink, every 1 s
 * </pre>
 */
final class StatusLine {
    private static final int STATES_TOLD = 3;

    private StatusLine() {}

    static String of(Report report) {
        String text = switch (report.coverage().extent()) {
            case COMPLETE -> numbers(report);
            case PARTIAL ->
                numbers(report) + "; incomplete: " + report.coverage().reason();
            case FAILED -> "no sample: " + report.coverage().reason();
        };
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    private static String numbers(Report report) {
        StringBuilder text = new StringBuilder();
        StateCounts counts = report.states();
        text.append(counts.total()).append(" sockets");
        List<TcpState> states = new ArrayList<>(Arrays.asList(TcpState.values()));
        states.removeIf(state -> counts.of(state) == 0);
        states.sort(Comparator.comparingLong(counts::of).reversed());
        String lead = ": ";
        for (TcpState state : states.subList(0, Math.min(STATES_TOLD, states.size()))) {
            text.append(lead).append(counts.of(state)).append(' ').append(state.displayName());
            lead = ", ";
        }
        Findings findings = report.findings();
        if (findings != null) {
            text.append("; ").append(count(findings, Severity.CRITICAL)).append(" critical, ");
            text.append(count(findings, Severity.WARNING)).append(" warning");
        }
        text.append("; ").append(report.source().name());
        Following following = report.following();
        if (following != null) {
            text.append(", every ").append(interval(following.pace().fastNanos()));
        }
        return text.toString();
    }

    private static long count(Findings findings, Severity severity) {
        return findings.raised().stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }

    private static String interval(long nanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }
}
