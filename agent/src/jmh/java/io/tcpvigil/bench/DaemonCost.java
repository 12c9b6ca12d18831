// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import io.tcpvigil.kernel.libc.Libc;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the daemon costs from second to second, as its launcher starts it, scraped every second, every 15 seconds as Prometheus
 * usually does, and not at all; and beside it, on the same sockets, what else is used for this: node_exporter with its tcpstat collector alone, scraped every second, and collectd with its tcpconns
 * plugin, once a second. These two count by state, and that is all they do; they are left out where they are not on the PATH.
 *
 * <p>On 2 processors of a virtual machine at rest, Linux 6.18, JDK 25.0.3, 300 s after 45 s of warming up, as root with the probe.
 * Processor in percent of one, over all; memory in MiB resident; and the dumps alone, at the usual intervals. With 100,000 sockets the
 * dumps alone are more than the budget of 1 %: the daemon took samples 8 times as far apart, and its share tells of the budget, and
 * not of what samples cost.
 *
 * <pre>
 *                        1,000 established              100,000 established
 *                    CPU  RSS (most)  its dumps     CPU  RSS (most)  its dumps
 * every second      0.80  60.8 (64.8)      0.05    1.13  86.9 (102.8)     1.76
 * every 15 seconds  0.62  59.4 (64.2)      0.05    0.94  85.7 (93.3)      2.03
 * node_exporter     0.50  19.3 (19.7)             25.95  87.9 (113.0)
 * collectd          0.18   2.6 (2.6)               9.18    2.5 (2.5)
 * </pre>
 *
 * <p>The others, for 60 s; collectd wrote nowhere. On Java 17, as measured before on a busier machine, memory was 3
 * to 9 MiB less and processor time up to a tenth more.
 *
 * <p>Beside the daemon, and as often as it takes samples where it is not over its budget, this program itself dumps what a sample
 * asks the kernel for, and throws it away: what that takes of a processor is the floor, which no daemon that asks for as much can
 * be below. It is as much dearer on a busy machine as the daemon is. When that stretches its intervals, it says so, and takes less
 * than at its usual ones.
 *
 * <p>Arguments: established sockets, seconds, and the programs, of which {@code tcpvigil@N} is a daemon scraped every N seconds, 0
 * for never; without, 1000 for 60 s with all. Figures are medians: of the resident memory of each second, and of the processor time
 * in each 15 s, which have one full sample each.
 */
public final class DaemonCost {
    /** Until the compilers have done most of their work, and full samples have been taken. */
    private static final int WARM_UP_SECONDS = 45;
    /** From one full sample to the next, as the daemon does it when it is told nothing else. */
    private static final int FULL_SECONDS = 15;

    private static final Pattern DAEMON = Pattern.compile("tcpvigil(?:@([0-9]+))?");
    private static final Pattern INTERVAL = Pattern.compile("samples ([0-9]+) times as far apart");

    /** {@code GC(7) DefNew: 2752K(2816K)->240K(2816K) Eden: ...}, and then {@code GC(7) Pause Young (...) 9M->7M(12M) 1.2ms}. */
    private static final Pattern YOUNG = Pattern.compile("DefNew: ([0-9]+)K\\([0-9]+K\\)->([0-9]+)K");

    private static final Pattern PAUSE = Pattern.compile("Pause .* ([0-9.]+)ms");
    private static final String ROW =
            "%-13s %,9d sockets, %d s: %.2f %% of a processor (%.2f over all), resident %.1f MiB (most %.1f)%s%n";

    private final Path scratch;
    private final int seconds;

    private DaemonCost(Path scratch, int seconds) {
        this.scratch = scratch;
        this.seconds = seconds;
    }

    public static void main(String[] arguments) throws Exception {
        int established = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1000;
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 60;
        List<String> programs = arguments.length > 2
                ? List.of(arguments).subList(2, arguments.length)
                : List.of("tcpvigil@1", "tcpvigil@15", "tcpvigil@0", "node_exporter", "collectd");
        DaemonCost cost = new DaemonCost(Files.createDirectories(Path.of("target/daemon-cost").toAbsolutePath()), seconds);
        try (SocketFarm farm = SocketFarm.of(false, established, 0)) {
            for (String program : programs) {
                farm.call(() -> {
                    cost.measure(program, established);
                    return true;
                });
            }
        }
    }

    private void measure(String program, int sockets) throws Exception {
        Matcher daemon = DAEMON.matcher(program);
        if (daemon.matches()) {
            tcpvigil(program, daemon.group(1) == null ? 1 : Integer.parseInt(daemon.group(1)), sockets);
        } else if (program.equals("node_exporter")) {
            Path path = find("prometheus-node-exporter");
            if (path != null) {
                List<String> command = List.of(
                        path.toString(),
                        "--collector.disable-defaults",
                        "--collector.tcpstat",
                        "--web.listen-address=127.0.0.1:910");
                run(program, new ProcessBuilder(command), new Scraper("http://127.0.0.1:910/metrics", 1), sockets, null);
            }
        } else if (program.equals("collectd")) {
            Path path = find("collectd");
            if (path != null) {
                run(
                        program,
                        new ProcessBuilder(path.toString(), "-f", "-C", collectdSettings(path)),
                        new Scraper("", 0),
                        sockets,
                        null);
            }
        } else {
            throw new IllegalArgumentException(program);
        }
    }

    private void tcpvigil(String name, int scrapeSeconds, int sockets) throws Exception {
        Path collections = scratch.resolve("gc");
        ProcessBuilder builder = new ProcessBuilder("bin/tcpvigil", "daemon", "--web.listen-address=127.0.0.1:979");
        builder.environment()
                .merge(
                        "TCPVIGIL_JAVA_OPTIONS",
                        "-Xlog:gc,gc+heap:file=" + collections + "::filecount=0",
                        (given, more) -> given + " " + more);
        run(name, builder, new Scraper("http://127.0.0.1:979/metrics", scrapeSeconds), sockets, collections);
    }

    /** What asks a program for its figures, every so many seconds; 0 for never. */
    private record Scraper(String url, int seconds) {
        void scrape(int second) throws IOException {
            if (seconds == 0 || second % seconds != 0) {
                return;
            }
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url).toURL().openConnection();
            try (InputStream in = connection.getInputStream()) {
                in.readAllBytes();
            } catch (IOException early) {
                // It may take a while to start.
                if (second > WARM_UP_SECONDS / 2) {
                    throw early;
                }
            }
        }
    }

    private static Path find(String program) {
        for (String directory : System.getenv("PATH").split(":", -1)) {
            Path path = Path.of(directory, program);
            if (Files.isExecutable(path)) {
                return path;
            }
        }
        System.out.println(program + " is not on the PATH: left out");
        return null;
    }

    /** Its files are where it was unpacked, which need not be the root of the system. */
    private String collectdSettings(Path program) throws IOException {
        Path usr = program.resolve("../..").normalize();
        Path settings = scratch.resolve("collectd.conf");
        Files.writeString(
                settings,
                String.join(
                        "\n",
                        "Interval 1",
                        "BaseDir \"" + scratch + "\"",
                        "PIDFile \"" + scratch.resolve("pid") + "\"",
                        "PluginDir \"" + usr.resolve("lib/collectd") + "\"",
                        "TypesDB \"" + usr.resolve("share/collectd/types.db") + "\"",
                        "LoadPlugin tcpconns",
                        "<Plugin tcpconns>",
                        "AllPortsSummary true",
                        "</Plugin>",
                        "LoadPlugin csv",
                        "<Plugin csv>",
                        "DataDir \"" + scratch.resolve("csv") + "\"",
                        "</Plugin>",
                        ""));
        return settings.toString();
    }

    private void run(String name, ProcessBuilder builder, Scraper scraper, int sockets, Path collections)
            throws Exception {
        Path log = scratch.resolve(name + ".log");
        Process process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try (RawDump raw = collections == null ? null : RawDump.open()) {
            new Life(process, scraper, null).live(WARM_UP_SECONDS);
            long pausesBefore = collections == null ? 0 : Files.size(collections);
            Life life = new Life(process, scraper, raw);
            life.live(seconds);
            String more = collections == null
                    ? ""
                    : String.format(
                            Locale.ROOT,
                            "; its dumps alone %.2f %%; %s%s",
                            100 * life.floorNanos / 1e9 / seconds,
                            pace(Files.readString(log)),
                            pauses(Files.readString(collections).substring((int) pausesBefore)));
            System.out.printf(
                    Locale.ROOT,
                    ROW,
                    name,
                    sockets,
                    seconds,
                    100 * median(life.shares),
                    100 * life.share(),
                    median(life.resident),
                    life.resident.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN),
                    more);
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    /** What the daemon last said of its intervals. */
    private static String pace(String log) {
        String last = log.lines().filter(line -> line.startsWith("source ")).reduce("", (before, line) -> line);
        Matcher stretched = INTERVAL.matcher(last);
        return stretched.find() ? "samples " + stretched.group(1) + " times as far apart as usual" : "usual intervals";
    }

    private static double median(List<Double> numbers) {
        List<Double> sorted = numbers.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.isEmpty()
                ? Double.NaN
                : sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    /** Some time of a process: it is scraped, and each second looked at. */
    private static final class Life {
        private final Process process;
        private final Scraper scraper;
        private final RawDump raw;
        private final List<Double> resident = new ArrayList<>();
        /** Of a processor, in each {@link #FULL_SECONDS}. */
        private final List<Double> shares = new ArrayList<>();

        private double processorSeconds;
        private double wallSeconds;
        private long floorNanos;

        Life(Process process, Scraper scraper, RawDump raw) {
            this.process = process;
            this.scraper = scraper;
            this.raw = raw;
        }

        double share() {
            return processorSeconds / wallSeconds;
        }

        void live(int seconds) throws Exception {
            long start = System.nanoTime();
            double begin = processorSeconds(process);
            long lastNanos = start;
            double last = begin;
            for (int second = 1; second <= seconds; second++) {
                TimeUnit.NANOSECONDS.sleep(start + TimeUnit.SECONDS.toNanos(second) - System.nanoTime());
                if (!process.isAlive()) {
                    throw new IOException("has ended, with " + process.exitValue());
                }
                scraper.scrape(second);
                if (raw != null) {
                    dump(second);
                }
                resident.add(residentMebibytes(process));
                if (second % FULL_SECONDS == 0) {
                    long nanos = System.nanoTime();
                    double now = processorSeconds(process);
                    shares.add((now - last) / ((nanos - lastNanos) / 1e9));
                    last = now;
                    lastNanos = nanos;
                }
            }
            processorSeconds = processorSeconds(process) - begin;
            wallSeconds = (System.nanoTime() - start) / 1e9;
        }

        private void dump(int second) throws IOException {
            long before = Libc.get().threadCpuNanos();
            if (second % FULL_SECONDS == 0) {
                raw.run();
            } else {
                raw.runFast();
            }
            floorNanos += Libc.get().threadCpuNanos() - before;
        }
    }

    /** utime and stime, the 14th and 15th field of {@code /proc/PID/stat}, in hundredths of a second. */
    private static double processorSeconds(Process process) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
    }

    private static double residentMebibytes(Process process) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
            }
        }
        return Double.NaN;
    }

    /** Pauses, and what was allocated: as much as the young generation grew from the end of one to the begin of the next. */
    private String pauses(String log) {
        List<Double> millis = new ArrayList<>();
        Matcher pause = PAUSE.matcher(log);
        while (pause.find()) {
            millis.add(Double.parseDouble(pause.group(1)));
        }
        long allocatedKibibytes = 0;
        long after = -1;
        Matcher young = YOUNG.matcher(log);
        while (young.find()) {
            allocatedKibibytes += after < 0 ? 0 : Long.parseLong(young.group(1)) - after;
            after = Long.parseLong(young.group(2));
        }
        return String.format(
                Locale.ROOT,
                ", %d pauses (longest %.1f ms, %.1f ms in all), %,d KiB allocated a sample and scrape",
                millis.size(),
                millis.stream().mapToDouble(Double::doubleValue).max().orElse(0),
                millis.stream().mapToDouble(Double::doubleValue).sum(),
                allocatedKibibytes / seconds);
    }
}
