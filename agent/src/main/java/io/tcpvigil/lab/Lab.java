// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.kernel.libc.Libc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs scenarios, each in a network namespace of its own that ends with the run. All is in this process: when it dies,
 * however it dies, nothing of the lab is left.
 */
public final class Lab {
    /** Of the namespace's own socket table: few sockets are ever in it, and every look walks it. */
    private static final int HASH_BUCKETS = 256;

    /** What this process has open besides the sockets of a scenario. */
    private static final int OTHER_DESCRIPTORS = 256;

    private final Libc libc;
    private final StateObserver.Opener observers;

    /** @param observers the ways to look at the kernel, all of which must show what the script expects */
    public Lab(Libc libc, StateObserver.Opener observers) {
        this.libc = libc;
        this.observers = observers;
    }

    /** Called when a script has ended, while its sockets still stand; the namespace ends when it returns. */
    public interface Standing {
        void look(Outcome outcome, Path namespace) throws IOException, InterruptedException;
    }

    /** Sets a lab up and ends it again: fails as every run of this family would. */
    public void tryOut(Family family) throws LabUnavailableException {
        LabNetwork.create(libc, family, HASH_BUCKETS).close();
    }

    /** Runs the script of {@code scenario} for the kernel in {@code role}. */
    public Outcome run(Scenario scenario, Role role, Family family) throws IOException, InterruptedException {
        return run(scenario, role, family, (outcome, namespace) -> {});
    }

    /** The same with a look at the end. */
    public Outcome run(Scenario scenario, Role role, Family family, Standing standing)
            throws IOException, InterruptedException {
        return run(scenario, role, family, Pace.FULL_SPEED, standing);
    }

    /** The same at a pace. */
    public Outcome run(Scenario scenario, Role role, Family family, Pace pace, Standing standing)
            throws IOException, InterruptedException {
        int connections = scenario.connections(role);
        allowDescriptors(connections + OTHER_DESCRIPTORS);
        int buckets = Math.max(HASH_BUCKETS, Integer.highestOneBit(connections));
        try (LabNetwork network = LabNetwork.create(libc, family, buckets)) {
            Path path = network.path();
            return network.call(() -> {
                List<StateObserver> opened = observers.open();
                try (ScriptRun run = new ScriptRun(libc, network.wire(), family, opened, pace)) {
                    String failure = run.run(scenario.steps(role));
                    Outcome outcome = new Outcome(scenario, role, family, run.ladder(), run.deviations(), failure);
                    standing.look(outcome, path);
                    return outcome;
                } finally {
                    opened.forEach(StateObserver::close);
                }
            });
        } catch (IOException | InterruptedException | RuntimeException failure) {
            throw failure;
        } catch (Exception failure) {
            throw new IllegalStateException("running " + scenario.name(), failure);
        }
    }

    private void allowDescriptors(int wanted) throws IOException {
        long allowed = libc.raiseDescriptorLimit(wanted);
        if (Long.compareUnsigned(allowed, wanted) < 0) {
            throw new LabUnavailableException(
                    "so many connections need " + wanted + " file descriptors, but only " + allowed
                            + " are allowed; raise the hard limit (ulimit -Hn)",
                    true,
                    null);
        }
    }
}
