// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.Nullable;
import io.tcpvigil.export.StateChangeJson;
import io.tcpvigil.follow.ChangeFilter;
import io.tcpvigil.follow.ProbeFeed;
import io.tcpvigil.follow.SamplingFeed;
import io.tcpvigil.follow.TransitionFeed;
import io.tcpvigil.kernel.NetlinkSource;
import io.tcpvigil.kernel.ProcSource;
import io.tcpvigil.kernel.SourceChoice;
import io.tcpvigil.kernel.bpf.TransitionProbe;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.report.StateChange;
import io.tcpvigil.tcp.SocketFilter;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tcpvigil follow}: every transition as it happens. */
@Command(
        name = "follow",
        description = "Every transition as it happens, until stopped (Ctrl-C).",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        footerHeading = "%nFilters are those of snapshot, but for uid= and age>:%n",
        footer = {
            "  state=STATE      left or entered; with != neither",
            "  port=N           local or remote port; lport=, rport= for one side; N or N-M",
            "  peer=ADDRESS     remote address or network (10.0.0.0/8); local= for the other side",
            "  process=NAME     name or pid of a process that called connect, listen, shutdown or close",
            "  family=4         socket family, 4 or 6",
            "",
            "The kernel tells each transition where that is permitted (root, or CAP_BPF and CAP_PERFMON);",
            "elsewhere all sockets are looked at again and again, and the first line says so.",
            "",
            "Exit code: 0 fine, 64 wrong usage, 69 not available here, 77 not permitted."
        })
final class FollowCommand implements Callable<Integer> {
    private static final long STOP_SECONDS = 5;
    private static final int WAIT_MILLIS = 200;
    private static final long LOSS_CHECK_NANOS = 1_000_000_000L;
    private static final long LONGEST_MILLIS = 366L * 86_400_000;
    private static final long LONGEST_INTERVAL_MILLIS = 3_600_000;
    private static final int MOST_SOCKETS = 1 << 17;
    private static final int MOST_PORTS = 256;
    private static final int RING_BYTES = 1 << 23;

    /** Where transitions come from, as users write it. */
    enum Source {
        auto,
        probe,
        sampling
    }

    private final Terminal terminal;
    private volatile boolean stopped;
    private long told;
    private long lossesTold;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call().
    private CommandSpec spec;

    @Parameters(paramLabel = "FILTER", description = "Only transitions that fit, such as state=close_wait port=443.")
    private List<String> filters = new ArrayList<>();

    @Option(
            names = "--json",
            description =
                    "Print JSON, one object a line: the source (schema tcpvigil.follow/1), transitions (tcpvigil.event/1), how many there were (tcpvigil.follow_summary/1).")
    private boolean json;

    @Option(names = "--until", paramLabel = "SPAN", description = "End after so long (10s, 5m).")
    private @Nullable String until;

    @Option(names = "--count", paramLabel = "N", description = "End after so many transitions.")
    private @Nullable Long count;

    @Option(
            names = "--source",
            paramLabel = "SOURCE",
            description = "Take transitions from: ${COMPLETION-CANDIDATES}; auto samples where there can be no probe.")
    private Source source = Source.auto;

    @Option(
            names = "--interval",
            paramLabel = "SPAN",
            defaultValue = "50ms",
            description = "From one look to the next when sampling. Default: ${DEFAULT-VALUE}.")
    private String interval = "";

    FollowCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        SocketFilter filter;
        try {
            filter = SocketFilter.parse(filters);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
        }
        String refusal = ChangeFilter.refuse(filter);
        if (!refusal.isEmpty()) {
            throw new ParameterException(spec.commandLine(), refusal);
        }
        if (count != null && count < 1) {
            throw new ParameterException(spec.commandLine(), "--count " + count + ": 1 or more");
        }
        long untilMillis =
                until == null ? LONGEST_MILLIS : SpanOption.millis(spec, "--until", until, 1, LONGEST_MILLIS);
        long intervalMillis = SpanOption.millis(spec, "--interval", interval, 1, LONGEST_INTERVAL_MILLIS);
        TransitionProbe.Attempt attempt = source == Source.sampling ? null : openProbe();
        if (source == Source.probe && attempt instanceof TransitionProbe.Unsupported unsupported) {
            spec.commandLine().getErr().println("tcpvigil: " + unsupported.message());
            return unsupported.isRight() ? ExitCode.NOT_PERMITTED : ExitCode.UNAVAILABLE;
        }
        try (TransitionFeed feed = feed(attempt, intervalMillis)) {
            follow(feed, new ChangeFilter(filter), System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(untilMillis));
        }
        return ExitCode.OK;
    }

    private static TransitionProbe.Attempt openProbe() throws IOException {
        return TransitionProbe.open(
                Libc.get(),
                TransitionProbe.Settings.ofThread()
                        .withEvents(true)
                        .withCapacity(MOST_SOCKETS, MOST_PORTS, RING_BYTES));
    }

    private static TransitionFeed feed(TransitionProbe.@Nullable Attempt attempt, long intervalMillis)
            throws IOException {
        if (attempt instanceof TransitionProbe.Opened opened) {
            return new ProbeFeed(opened.probe());
        }
        String reason = attempt instanceof TransitionProbe.Unsupported unsupported
                ? unsupported.message()
                : "as it was asked for";
        SourceChoice sources =
                new SourceChoice(NetlinkSource.ofThread(), new ProcSource(ProcFs.ofThread()), System::nanoTime);
        return new SamplingFeed(sources, reason, TransitionProbe.threadNamespace(), intervalMillis);
    }

    /** Until it is stopped, the time is over, enough was told, or nobody reads what is printed any more. */
    private void follow(TransitionFeed feed, ChangeFilter filter, long deadline)
            throws IOException, InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        Thread stop = new Thread(() -> stopAndWait(ended), "stop");
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            FollowText text = new FollowText(terminal);
            begin(feed, text);
            TransitionFeed.Taker taker = (change, holder) -> {
                if (filter.fits(change, holder)) {
                    told++;
                    print(change, text);
                }
                return !isEnough();
            };
            long nextCheck = System.nanoTime() + LOSS_CHECK_NANOS;
            boolean read = !terminal.out().checkError();
            while (read && !stopped && !isEnough() && System.nanoTime() - deadline < 0) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()) + 1;
                feed.next((int) Math.min(WAIT_MILLIS, left), taker);
                if (System.nanoTime() - nextCheck >= 0) {
                    tellLosses(feed.lost());
                    nextCheck += LOSS_CHECK_NANOS;
                }
                read = !terminal.out().checkError();
            }
            if (read && !isEnough()) {
                feed.end(taker);
            }
            if (read) {
                end(feed);
            }
        } finally {
            ended.countDown();
            removeHook(stop);
        }
    }

    private boolean isEnough() {
        return count != null && told >= count;
    }

    /** Ends it soon, as a signal does. From any thread. */
    void stop() {
        stopped = true;
    }

    /** Called when the process is told to end: the last line is to be printed first. */
    private void stopAndWait(CountDownLatch ended) {
        stop();
        try {
            if (!ended.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("tcpvigil: did not end in time");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyEnding) {
            // The hook is what ended us.
            return;
        }
    }

    private void begin(TransitionFeed feed, FollowText text) throws IOException {
        if (json) {
            printJson(writer -> StateChangeJson.writeSource(feed.name(), feed.reason(), feed.namespace(), writer));
        } else {
            terminal.out().println(feed.reason() == null ? feed.header() : terminal.warning(feed.header()));
            text.headings();
        }
    }

    private void print(StateChange change, FollowText text) throws IOException {
        if (json) {
            printJson(writer -> StateChangeJson.write(change, writer));
        } else {
            text.print(change);
        }
    }

    private void tellLosses(long lost) {
        if (lost > lossesTold) {
            lossesTold = lost;
            spec.commandLine()
                    .getErr()
                    .println("tcpvigil: " + lost + " transitions were lost so far: too many at once");
        }
    }

    private void end(TransitionFeed feed) throws IOException {
        long lost = feed.lost();
        long unremembered = feed.unremembered();
        if (json) {
            printJson(writer -> StateChangeJson.writeSummary(told, lost, unremembered, writer));
        } else if (lost < 0) {
            terminal.out().println(told + " transitions told; how many were missed, sampling cannot know");
        } else {
            terminal.out()
                    .println(told + " transitions told, " + lost + " lost"
                            + (unremembered > 0 ? "; without times, because there are too many: " + unremembered : ""));
        }
        terminal.out().flush();
    }

    /** Writes one object. */
    private interface JsonBody {
        void write(JsonWriter writer) throws IOException;
    }

    private void printJson(JsonBody body) throws IOException {
        StringWriter line = new StringWriter();
        try (JsonWriter writer = new JsonWriter(line)) {
            writer.setSerializeNulls(true);
            body.write(writer);
        }
        terminal.out().println(line);
    }
}
