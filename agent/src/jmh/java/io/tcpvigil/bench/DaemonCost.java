// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

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
 * What the daemon costs from second to second, as its launcher starts it, scraped every second; and beside it, on the same sockets,
 * what else is used for this: node_exporter with its tcpstat collector alone, scraped every second, and collectd with its tcpconns
 * plugin, once a second. These two count by state, and that is all they do; they are left out where they are not on the PATH.
 *
 * <p>On 2 processors of a virtual machine that others kept busy (load 10 to 20), Linux 6.18, 60 s after 45 s of warming up, as root
 * with the probe. Processor in percent of one, memory in MiB resident, allocated in KiB for a sample and a scrape. collectd wrote
 * nowhere. Pauses are times on the clock of that busy machine.
 *
 * <pre>
 *                       1,000 established              100,000 established
 *                 CPU   RSS   pauses  allocated   CPU   RSS   pauses  allocated
 * tcpvigil, 17    1.2   65.0  110 ms      4,486    1.5   85.2  168 ms      4,958
 * tcpvigil, 25    1.7   72.1  159 ms      4,570    1.5  114.7  140 ms      4,944
 * node_exporter   0.4   19.8                      23.4  102.9
 * collectd        0.1    2.5                       8.3    2.5
 * </pre>
 *
 * <p>What a daemon takes with 100,000 sockets does not depend on which compiler it has: 0.92 with C2, 0.90 without.
 *
 * <p>Arguments: established sockets, seconds, and the programs; without, 1000 for 60 s with all.
 */
public final class DaemonCost {
    /** Until the compilers have done most of their work, and full samples have been taken. */
    private static final int WARM_UP_SECONDS = 45;

    /** {@code GC(7) DefNew: 2752K(2816K)->240K(2816K) Eden: ...}, and then {@code GC(7) Pause Young (...) 9M->7M(12M) 1.2ms}. */
    private static final Pattern YOUNG = Pattern.compile("DefNew: ([0-9]+)K\\([0-9]+K\\)->([0-9]+)K");

    private static final Pattern PAUSE = Pattern.compile("Pause .* ([0-9.]+)ms");
    private static final String ROW = "%-13s %,9d sockets, %d s: %.2f %% of a processor, resident %.1f MiB (most %.1f)%s%n";

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
                : List.of("tcpvigil", "node_exporter", "collectd");
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
        switch (program) {
            case "tcpvigil" -> tcpvigil(sockets);
            case "node_exporter" -> {
                Path path = find("prometheus-node-exporter");
                if (path != null) {
                    List<String> command = List.of(
                            path.toString(),
                            "--collector.disable-defaults",
                            "--collector.tcpstat",
                            "--web.listen-address=127.0.0.1:910");
                    run(program, new ProcessBuilder(command), "http://127.0.0.1:910/metrics", sockets, null);
                }
            }
            case "collectd" -> {
                Path path = find("collectd");
                if (path != null) {
                    run(program, new ProcessBuilder(path.toString(), "-f", "-C", collectdSettings(path)), null, sockets, null);
                }
            }
            default -> throw new IllegalArgumentException(program);
        }
    }

    private void tcpvigil(int sockets) throws Exception {
        Path collections = scratch.resolve("gc");
        ProcessBuilder builder = new ProcessBuilder("bin/tcpvigil", "daemon", "--web.listen-address=127.0.0.1:979");
        builder.environment()
                .merge(
                        "TCPVIGIL_JAVA_OPTIONS",
                        "-Xlog:gc,gc+heap:file=" + collections + "::filecount=0",
                        (given, more) -> given + " " + more);
        run("tcpvigil", builder, "http://127.0.0.1:979/metrics", sockets, collections);
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

    private void run(String name, ProcessBuilder builder, String url, int sockets, Path collections) throws Exception {
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(scratch.resolve(name + ".log").toFile())
                .start();
        try {
            live(process, url, WARM_UP_SECONDS);
            long pausesBefore = collections == null ? 0 : Files.size(collections);
            long nanos = System.nanoTime();
            double processor = processorSeconds(process);
            double most = live(process, url, seconds);
            double share = (processorSeconds(process) - processor) / ((System.nanoTime() - nanos) / 1e9);
            String pauses = collections == null ? "" : pauses(Files.readString(collections).substring((int) pausesBefore));
            System.out.printf(
                    Locale.ROOT, ROW, name, sockets, seconds, 100 * share, residentMebibytes(process), most, pauses);
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    /** Lets it live, and scrapes it each second; the most that was resident. */
    private static double live(Process process, String url, int seconds) throws Exception {
        double most = 0;
        long start = System.nanoTime();
        for (int second = 1; second <= seconds; second++) {
            TimeUnit.NANOSECONDS.sleep(start + TimeUnit.SECONDS.toNanos(second) - System.nanoTime());
            if (!process.isAlive()) {
                throw new IOException("has ended, with " + process.exitValue());
            }
            if (url != null) {
                scrape(url, second);
            }
            most = Math.max(most, residentMebibytes(process));
        }
        return most;
    }

    private static void scrape(String url, int second) throws IOException {
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
