// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.tcpvigil.Nullable;
import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Findings;
import io.tcpvigil.findings.Measure;
import io.tcpvigil.findings.Scope;
import io.tcpvigil.findings.Thresholds;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.SocketFilter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Looks again and again for what is wrong in the network namespace of its thread, with shorter times than usual. */
final class Ward implements AutoCloseable {
    static final Thresholds QUICK = Thresholds.USUAL.withStuckMillis(1_000).withEnduranceMillis(200);
    /** What the kernel counted is over that much later. */
    static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(4);

    static final Intervals AT_ONCE = Intervals.every(1_000_000);

    private static final long PAUSE_MILLIS = 50;
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(120);

    private final Sampler sampler;
    private @Nullable Report last;

    /** What a test tells of. */
    interface Story {
        void tell(Ward ward) throws Exception;
    }

    /** Sees all that can be seen, as {@code doctor} does. */
    Ward() {
        this(Sampler.followerOfThread(Sampler.SourceWish.auto, AT_ONCE, true, true), thorough());
    }

    Ward(Sampler sampler, Diagnosis diagnosis) {
        this.sampler = sampler;
        sampler.diagnose(diagnosis);
        look();
    }

    static Diagnosis thorough() {
        return new Diagnosis(true, QUICK, WINDOW_NANOS);
    }

    /** In a network namespace that ends with the story. */
    static void inNamespace(Story story) throws Exception {
        inNamespace(Ward::new, story);
    }

    static void inNamespace(Callable<Ward> opener, Story story) throws Exception {
        try (PrivateNamespace namespace = PrivateNamespace.withOwnTable(Libc.get(), 4096)) {
            namespace.call(() -> {
                try (Ward ward = opener.call()) {
                    story.tell(ward);
                }
                return true;
            });
        }
    }

    /** What is found at once. */
    List<Finding> look() {
        Report report = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
        last = report;
        Findings findings = report.findings();
        assertNotNull(findings);
        return findings.raised();
    }

    /** Whether the probe counts here. */
    boolean hasProbe() {
        Report report = last;
        Following following = report == null ? null : report.following();
        return following != null && following.probe().problem() == null;
    }

    Finding await(FindingId id) throws InterruptedException {
        return await(id, finding -> true);
    }

    /** Looks until there is such a finding. */
    Finding await(FindingId id, Predicate<Finding> condition) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        List<Finding> found = List.of();
        while (System.nanoTime() - deadline < 0) {
            found = look();
            for (Finding finding : found) {
                if (finding.id() == id && condition.test(finding)) {
                    return finding;
                }
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        throw new AssertionError("no " + id + " but " + found + ", report " + last);
    }

    Finding awaitAt(FindingId id, Scope.Kind kind) throws InterruptedException {
        return await(id, finding -> finding.scope().kind() == kind);
    }

    /** Looks until none of these is left. */
    void awaitGone(FindingId... ids) throws InterruptedException {
        Set<FindingId> asked = EnumSet.noneOf(FindingId.class);
        asked.addAll(List.of(ids));
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        List<Finding> found = look();
        while (found.stream().anyMatch(finding -> asked.contains(finding.id()))) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("still there: " + found);
            }
            Thread.sleep(PAUSE_MILLIS);
            found = look();
        }
    }

    /** Looks for as long as a finding would need, and longer; there must be none but these. */
    void staysWell(FindingId... exceptions) throws InterruptedException {
        Set<FindingId> allowed = EnumSet.noneOf(FindingId.class);
        allowed.addAll(List.of(exceptions));
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(QUICK.stuckMillis() + 2 * QUICK.enduranceMillis());
        while (System.nanoTime() - end < 0) {
            assertEquals(
                    List.of(),
                    look().stream()
                            .filter(finding -> !allowed.contains(finding.id()))
                            .toList());
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    static double measure(Finding finding, String name) {
        for (Measure measure : finding.evidence()) {
            if (measure.name().equals(name)) {
                return measure.value();
            }
        }
        throw new AssertionError("no " + name + " in " + finding);
    }

    /** Sets a sysctl of the namespace of this thread. */
    static void sysctl(String name, String value) {
        try {
            Files.writeString(Path.of("/proc/sys/net/ipv4", name), value);
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    @Override
    public void close() {
        sampler.close();
    }
}
