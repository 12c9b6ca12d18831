// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.Nullable;
import io.tcpvigil.agent.Intervals;
import io.tcpvigil.agent.Sampler;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.lab.Lab;
import io.tcpvigil.lab.Outcome;
import io.tcpvigil.lab.Pace;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.SocketFilter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/** Follows the connections of a lab through {@link Sampler}, on a thread of its own in its namespace. */
final class LabFollower implements Pace, Lab.Standing, AutoCloseable {
    /** One sample. */
    record Look(long startNanos, long endNanos, LifecycleReport report) {}

    /**
     * A state stood, and the script waited.
     *
     * @param look the number of the last look before the script went on
     */
    record Hold(long fromNanos, long toNanos, int look) {}

    private static final long ONE_SECOND = 1_000_000_000L;

    private final long intervalNanos;
    private final boolean onDemand;
    private final BooleanSupplier holds;
    private final boolean events;
    private final List<Look> looks = new ArrayList<>();
    private final List<Hold> held = new ArrayList<>();
    private @Nullable Thread thread;
    private @Nullable Exception failure;
    private int begun;
    /** The number of the look that is waited for. */
    private int wanted = -1;

    private boolean ended;

    private LabFollower(long intervalNanos, boolean onDemand, BooleanSupplier holds, boolean events) {
        this.intervalNanos = intervalNanos;
        this.onDemand = onDemand;
        this.holds = holds;
        this.events = events;
    }

    /** Looks at a steady interval, and lets each state stand until a look that began after it. */
    static LabFollower holding(long intervalNanos) {
        return new LabFollower(intervalNanos, false, () -> true, false);
    }

    /** Looks at a steady interval, while the script goes as fast as the kernel. */
    static LabFollower passing(long intervalNanos, boolean events) {
        return new LabFollower(intervalNanos, false, () -> false, events);
    }

    /** Looks at some states of the script and at nothing else; says of itself that it looks every second. */
    static LabFollower picking(BooleanSupplier choice, boolean events) {
        return new LabFollower(ONE_SECOND, true, choice, events);
    }

    /** The first is before the first step, and then there is one for each check of a state. */
    List<Hold> held() {
        return held;
    }

    /** To be read when the run has ended. */
    synchronized List<Look> looks() {
        return List.copyOf(looks);
    }

    @Override
    public void hold() throws IOException, InterruptedException {
        long from = System.nanoTime();
        boolean first = thread == null;
        if (first) {
            thread = new Thread(this::follow, "follower");
            thread.setDaemon(true);
            thread.start();
        }
        if (holds.getAsBoolean() || first) {
            awaitLook();
        }
        synchronized (this) {
            held.add(new Hold(from, System.nanoTime(), looks.size() - 1));
        }
    }

    /** The end of the script: what stands then is seen. */
    @Override
    public void look(Outcome outcome, Path namespace) throws IOException, InterruptedException {
        awaitLook();
        close();
    }

    /** Waits for a look that begins after this call. */
    private synchronized void awaitLook() throws IOException, InterruptedException {
        int next = begun;
        wanted = begun;
        notifyAll();
        while (looks.size() <= next) {
            if (failure != null) {
                throw new IOException("the sampler failed", failure);
            }
            wait();
        }
    }

    private void follow() {
        try (Sampler sampler =
                Sampler.followerOfThread(Sampler.SourceWish.netlink, Intervals.every(intervalNanos), events, false)) {
            long due = System.nanoTime();
            while (begin()) {
                long start = System.nanoTime();
                Report report = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
                if (!report.coverage().isComplete()) {
                    throw new IOException(report.coverage().reason());
                }
                LifecycleReport lifecycle =
                        Objects.requireNonNull(report.following()).lifecycle();
                add(new Look(start, System.nanoTime(), lifecycle));
                due = Math.max(due + intervalNanos, start);
                await(due);
            }
        } catch (IOException | InterruptedException | RuntimeException problem) {
            fail(problem);
        }
    }

    private synchronized boolean begin() {
        begun++;
        return !ended;
    }

    private synchronized void add(Look look) {
        looks.add(look);
        notifyAll();
    }

    private synchronized void fail(Exception problem) {
        failure = problem;
        notifyAll();
    }

    private synchronized void await(long due) throws InterruptedException {
        while (onDemand && wanted < begun && !ended) {
            wait();
        }
        for (long left = due - System.nanoTime(); !onDemand && left > 0 && !ended; left = due - System.nanoTime()) {
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            ended = true;
            notifyAll();
        }
        Thread following = thread;
        if (following != null) {
            try {
                following.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
