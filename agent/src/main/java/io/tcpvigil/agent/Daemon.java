// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.libc.Capabilities;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.Report;
import io.tcpvigil.report.Resources;
import io.tcpvigil.report.Tier;
import io.tcpvigil.tcp.SocketFilter;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Samples again and again and publishes each report. The thread that calls {@link #run} is the only one that touches the
 * kernel; any thread may read {@link #lastReport}.
 */
public final class Daemon {
    private final Supplier<Sampler> samplers;
    private final LiveSettings settings;
    private final long firstIntervalNanos;
    private final Log log;
    private final Capabilities rights = Capabilities.ofThread();
    private final HeapTidy heap = HeapTidy.ofProcess();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    private volatile @Nullable Report lastReport;
    private volatile long sourceFailures;
    private Consumer<Report> beforePublishing = report -> {};
    private Consumer<Report> onPublished = report -> {};
    private Consumer<Settings> onSettings = changed -> {};
    private String condition = "";

    /**
     * @param samplers makes the sampler, which follows connections as {@code settings} say, on the thread that samples: sources
     *     belong to that thread's namespace
     * @param settings are looked at again and again while this runs, and by nobody else from now on
     * @param log takes one line for each change of condition
     */
    public Daemon(Supplier<Sampler> samplers, LiveSettings settings, Log log) {
        this.samplers = samplers;
        this.settings = settings;
        this.firstIntervalNanos = settings.settings().intervals().fastNanos();
        this.log = log;
    }

    /** Has {@code observer} told of each report just before it is published, by the thread that samples; before {@link #run}. */
    public void beforePublishing(Consumer<Report> observer) {
        beforePublishing = observer;
    }

    /** The same once it is published. */
    public void onPublished(Consumer<Report> observer) {
        onPublished = observer;
    }

    /** Has {@code observer} told of each change of settings, by the thread that samples; before {@link #run}. */
    public void onSettings(Consumer<Settings> observer) {
        onSettings = observer;
    }

    /** The last published report; null before the first sample. */
    public @Nullable Report lastReport() {
        return lastReport;
    }

    /** How often the better source has failed since the start. */
    public long sourceFailures() {
        return sourceFailures;
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /** Nanoseconds from one sample to the next, at present. */
    public long intervalNanos() {
        Report report = lastReport;
        Following following = report == null ? null : report.following();
        return following == null ? firstIntervalNanos : following.pace().fastNanos();
    }

    /** Samples until {@link #stop} is called. */
    public void run() throws InterruptedException {
        try (Sampler sampler = samplers.get()) {
            while (!isStopping()) {
                sample(sampler);
                // Also where samples take so long that the next one is always due.
                reload(sampler);
                sampler.awaitDue(() -> {
                    reload(sampler);
                    return isStopping();
                });
            }
        } finally {
            stopped.countDown();
        }
    }

    private void reload(Sampler sampler) {
        Settings changed = settings.poll();
        if (changed != null) {
            sampler.settings(changed);
            onSettings.accept(changed);
        }
    }

    private void sample(Sampler sampler) {
        try {
            Report report = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
            beforePublishing.accept(report);
            lastReport = report;
            logChange(isAsItShouldBe(report) ? Log.Priority.INFO : Log.Priority.WARNING, condition(report));
            onPublished.accept(report);
            Following following = report.following();
            if (following != null && following.pace().tier() == Tier.FULL) {
                heap.look();
            }
        } catch (RuntimeException defect) {
            // The last report stays, and its age tells that no new one came.
            StackTraceElement[] trace = defect.getStackTrace();
            logChange(
                    Log.Priority.ERROR,
                    "a defect of tcpvigil, no sample: " + defect + (trace.length == 0 ? "" : " at " + trace[0]));
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
                log.say(Log.Priority.WARNING, "stopping without waiting any longer for the sample at hand");
            }
        } catch (InterruptedException stopAtOnce) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isAsItShouldBe(Report report) {
        return report.source().reason() == null && report.coverage().isComplete();
    }

    private String condition(Report report) {
        String reason = report.source().reason();
        StringBuilder condition =
                new StringBuilder("source ").append(report.source().name());
        if (reason != null) {
            condition.append(", because ").append(reason);
        }
        if (!report.coverage().isComplete()) {
            condition.append("; incomplete: ").append(report.coverage().reason());
        }
        Following following = report.following();
        if (following != null) {
            String problem = following.destroyEvents().problem();
            condition.append(problem == null ? " with destroy events" : "; without destroy events: " + problem);
            String noProbe = following.probe().problem();
            condition.append(noProbe == null ? " and an exact probe" : "; without an exact probe: " + noProbe);
            if (report.otherNamespaces() != null && report.otherNamespaces().readsProc()) {
                condition.append(
                        "; other network namespaces through /proc, which takes longer; CAP_SYS_ADMIN would help");
            }
            if (hidesOwners(report) && !rights.readAllProcesses()) {
                // How many processes those are changes from sample to sample; /api/v1/status has it, and those that are
                // protected from root, too.
                condition.append("; the owners of some sockets not readable: root, or CAP_SYS_PTRACE and"
                        + " CAP_DAC_READ_SEARCH, would help");
            }
            if (following.pace().stretch() > 1) {
                condition.append("; samples ").append(following.pace().stretch());
                condition.append(" times as far apart as asked for, to stay within the budget of processor time");
            }
        }
        return condition.toString();
    }

    private static boolean hidesOwners(Report report) {
        Resources resources = report.resources();
        return resources != null
                && resources.holdings() != null
                && resources.holdings().hidden();
    }

    /** One line when the condition changes, none while it stays as it is. */
    private void logChange(Log.Priority priority, String now) {
        if (!Objects.equals(now, condition)) {
            condition = now;
            log.say(priority, now);
        }
    }
}
