// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.Findings;
import io.tcpvigil.findings.Holder;
import io.tcpvigil.findings.Level;
import io.tcpvigil.findings.Measure;
import io.tcpvigil.findings.Severity;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Prints findings for people: the worst first, each from its headline to the command that looks closer. */
final class DoctorText {
    private static final int WIDEST = 80;
    private static final String INDENT = "  ";
    private static final int NAMES = 10;

    private final Terminal terminal;
    private final PrintStream out;
    private final int width;

    DoctorText(Terminal terminal) {
        this.terminal = terminal;
        this.out = terminal.out();
        this.width = Math.min(WIDEST, terminal.width());
    }

    void findings(List<Finding> findings) {
        for (Finding finding : findings) {
            out.println();
            print(finding);
            if (out.checkError()) {
                return;
            }
        }
    }

    private void print(Finding finding) {
        String severity = finding.severity() == Severity.CRITICAL ? "CRITICAL" : "WARNING";
        List<String> lines = Wrapping.lines(severity + "  " + TextTable.printable(finding.headline()), width, "  ");
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            out.println(
                    i > 0
                            ? terminal.bold(line)
                            : terminal.warning(severity) + terminal.bold(line.substring(severity.length())));
        }
        part("id", finding.id().label() + " (" + finding.scope() + ")");
        Map<String, StringJoiner> bySource = new LinkedHashMap<>();
        for (Measure measure : finding.evidence()) {
            boolean known = !Double.isNaN(measure.value()) && measure.value() >= 0;
            bySource.computeIfAbsent(measure.source(), source -> new StringJoiner(", ", "", " (" + source + ")"))
                    .add(measure.name() + "=" + (known ? measure.text() : "?"));
        }
        String name = "evidence";
        for (StringJoiner each : bySource.values()) {
            part(name, each.toString());
            name = "";
        }
        StringBuilder who = new StringBuilder();
        for (Holder holder : finding.holders()) {
            who.append(who.length() == 0 ? "" : ", ").append(holder.label());
            if (holder.unit() != null) {
                who.append(" in ").append(holder.unit());
            }
        }
        part("who", who.toString());
        part("means", finding.meaning());
        part("do", finding.remedy());
        part("look", finding.command());
    }

    private void part(String name, String text) {
        if (text.isEmpty()) {
            return;
        }
        String first = INDENT + name + " ".repeat(NAMES - name.length());
        for (String line : Wrapping.lines(first + TextTable.printable(text), width, " ".repeat(first.length()))) {
            out.println(line);
        }
    }

    /** What may be of the process that was asked for, or not, and why that is not known. */
    void nobodys(List<Finding> findings, String process, String reason) {
        out.println();
        line("Not known whether these are of " + TextTable.printable(process) + ": " + reason);
        for (Finding finding : findings) {
            line("  " + TextTable.printable(finding.headline()) + " ("
                    + finding.id().label() + ")");
        }
    }

    /** What was checked, what is nearest to a limit, and what could not be checked. */
    void rest(Findings findings, boolean none) {
        out.println();
        if (none) {
            out.println(
                    terminal.bold("Nothing found.") + " " + findings.checked() + " kinds of trouble were looked for.");
        }
        if (none && !findings.closest().isEmpty()) {
            out.println("Closest to a limit:");
            for (Level level : findings.closest()) {
                if (level.value() > 0) {
                    line("  " + TextTable.printable(level.toString()) + " ("
                            + level.id().label() + ")");
                }
            }
        }
        if (!findings.unchecked().isEmpty()) {
            out.println("Not checked, or not all of it:");
            for (String reason : findings.unchecked()) {
                line("  " + TextTable.printable(reason));
            }
        }
    }

    void line(String text) {
        for (String line : Wrapping.lines(text, width, "    ")) {
            out.println(line);
        }
    }
}
