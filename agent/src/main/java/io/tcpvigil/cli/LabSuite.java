// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.lab.Deviation;
import io.tcpvigil.lab.Family;
import io.tcpvigil.lab.Lab;
import io.tcpvigil.lab.LabUnavailableException;
import io.tcpvigil.lab.Outcome;
import io.tcpvigil.lab.Role;
import io.tcpvigil.lab.Scenario;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many scenarios in one go, and the table at the end: a conformance check of the kernel, and of tcpvigil on it. */
final class LabSuite {
    /** Most of a run is waiting, so many more than there are processors. */
    private static final int PARALLEL_RUNS = 8;

    /** One script for one family. */
    record Run(Scenario scenario, Role role, Family family) {}

    /** Told of each outcome, in the order of the runs. */
    interface Listener {
        void ended(Outcome outcome) throws IOException;
    }

    private final Terminal terminal;
    private final Lab lab;
    private final LadderText ladders;
    private String leftOut = "";

    LabSuite(Terminal terminal, Lab lab, LadderText ladders) {
        this.terminal = terminal;
        this.lab = lab;
        this.ladders = ladders;
    }

    /**
     * The runs that this machine can do: without those of a family that its kernel lacks, which is said at the end.
     *
     * @throws LabUnavailableException when it can do none
     */
    List<Run> possible(List<Run> runs) throws IOException, InterruptedException {
        List<Run> possible = new ArrayList<>();
        LabUnavailableException reason = null;
        for (Family family : Family.values()) {
            List<Run> ofFamily =
                    runs.stream().filter(run -> run.family == family).toList();
            if (!ofFamily.isEmpty()) {
                try {
                    lab.tryOut(family);
                    possible.addAll(ofFamily);
                } catch (LabUnavailableException missing) {
                    reason = missing;
                    leftOut = family.displayName() + " is left out: " + missing.getMessage();
                }
            }
        }
        if (possible.isEmpty() && reason != null) {
            throw reason;
        }
        return runs.stream().filter(possible::contains).toList();
    }

    List<Outcome> run(List<Run> runs, Listener listener) throws IOException, InterruptedException {
        ExecutorService workers = Executors.newFixedThreadPool(PARALLEL_RUNS);
        try {
            List<Future<Outcome>> pending = new ArrayList<>();
            for (Run run : runs) {
                pending.add(workers.submit(() -> lab.run(run.scenario, run.role, run.family)));
            }
            List<Outcome> outcomes = new ArrayList<>();
            for (Future<Outcome> each : pending) {
                Outcome outcome = each.get();
                outcomes.add(outcome);
                listener.ended(outcome);
            }
            return outcomes;
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException(failure.getCause());
        } finally {
            workers.shutdownNow();
        }
    }

    /** Prints the ladders of the runs that differ, and one table of all. */
    void summarise(List<Outcome> outcomes) {
        int differing = 0;
        TextTable table = new TextTable("SCENARIO", "FAMILY", "KERNEL AS", "VERDICT", "KNOWN DEVIATIONS");
        for (Outcome outcome : outcomes) {
            if (outcome.verdict() == Outcome.Verdict.DIFFERS) {
                differing++;
                ladders.print(outcome);
                terminal.out().println();
            }
            table.row(
                    outcome.scenario().name(),
                    outcome.family().displayName(),
                    outcome.role().label(),
                    outcome.verdict().label(),
                    ids(outcome));
        }
        table.print(terminal);
        terminal.out().println();
        if (!leftOut.isEmpty()) {
            terminal.out().println(terminal.warning(leftOut));
        }
        String sum = (outcomes.size() - differing) + " of " + outcomes.size()
                + " runs are as RFC 9293 says, known deviations included.";
        terminal.out().println(differing == 0 ? sum : terminal.warning(sum));
        terminal.out().println("Every state was read through netlink and through /proc.");
    }

    private static String ids(Outcome outcome) {
        StringBuilder ids = new StringBuilder();
        for (Deviation deviation : outcome.deviations()) {
            ids.append(ids.isEmpty() ? "" : " ").append(deviation.id());
        }
        return ids.toString();
    }
}
