// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.SocketFilter;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Samples at a fixed interval and publishes each report. The thread that calls {@link #run} is the only one that touches the
 * kernel; any thread may read {@link #lastReport}.
 */
public final class Daemon {
    private final Supplier<Sampler> samplers;
    private final long intervalNanos;
    private final Consumer<String> log;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    private volatile @Nullable Report lastReport;
    private volatile long sourceFailures;
    private String condition = "";

    /**
     * @param samplers makes the sampler, on the thread that samples, because sources belong to that thread's namespace
     * @param intervalNanos from the start of one sample to the start of the next
     * @param log takes one line for each change of condition
     */
    public Daemon(Supplier<Sampler> samplers, long intervalNanos, Consumer<String> log) {
        this.samplers = samplers;
        this.intervalNanos = intervalNanos;
        this.log = log;
    }

    /** The last published report; null before the first sample. */
    public @Nullable Report lastReport() {
        return lastReport;
    }

    /** How often the better source has failed since the start. */
    public long sourceFailures() {
        return sourceFailures;
    }

    /** Nanoseconds from one sample to the next. */
    public long intervalNanos() {
        return intervalNanos;
    }

    /** Samples until {@link #stop} is called. */
    public void run() throws InterruptedException {
        try (Sampler sampler = samplers.get()) {
            long due = System.nanoTime();
            do {
                sample(sampler);
                // A sample that took longer than the interval delays the next one; none is made up for.
                due = Math.max(due + intervalNanos, System.nanoTime());
            } while (!stopping.await(due - System.nanoTime(), TimeUnit.NANOSECONDS));
        } finally {
            stopped.countDown();
        }
    }

    private void sample(Sampler sampler) {
        try {
            Report report = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
            lastReport = report;
            logChange(condition(report));
        } catch (RuntimeException defect) {
            // The last report stays, and its age tells that no new one came.
            StackTraceElement[] trace = defect.getStackTrace();
            logChange("a defect of tcpvigil, no sample: " + defect + (trace.length == 0 ? "" : " at " + trace[0]));
        }
        sourceFailures = sampler.sourceFailures();
    }

    /** Lets {@link #run} return after the sample at hand, and waits for that, but no longer than said. */
    public void stop(long atMost, TimeUnit unit) {
        stopping.countDown();
        try {
            // Whether it came to its end in time or not, the caller goes on stopping.
            boolean ended = stopped.await(atMost, unit);
            if (!ended) {
                log.accept("stopping without waiting any longer for the sample at hand");
            }
        } catch (InterruptedException stopAtOnce) {
            Thread.currentThread().interrupt();
        }
    }

    private static String condition(Report report) {
        String reason = report.source().reason();
        return "source " + report.source().name() + (reason == null ? "" : ", because " + reason)
                + (report.coverage().isComplete()
                        ? ""
                        : "; incomplete: " + report.coverage().reason());
    }

    /** One line when the condition changes, none while it stays as it is. */
    private void logChange(String now) {
        if (!Objects.equals(now, condition)) {
            condition = now;
            log.accept(now);
        }
    }
}
