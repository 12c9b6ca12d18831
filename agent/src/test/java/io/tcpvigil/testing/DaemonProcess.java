// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code tcpvigil daemon} as a process of its own, on some port of loopback. */
public final class DaemonProcess implements AutoCloseable {
    private static final List<String> USUAL_OPTIONS = List.of("-XX:TieredStopAtLevel=1");

    private final Process process;
    private final Path errors;
    private final String address;

    /**
     * Starts it and waits for the line that tells its address.
     *
     * @param errors the file that takes its log
     */
    public DaemonProcess(Path errors, String... arguments) throws IOException {
        this(errors, USUAL_OPTIONS, arguments);
    }

    /** The same with options of the JVM. */
    public DaemonProcess(Path errors, List<String> options, String... arguments) throws IOException {
        this(Tcpvigil.command(options), errors, arguments);
    }

    /** The same, started by a program that becomes it, such as {@code unshare}. */
    public static DaemonProcess startedBy(List<String> starter, Path errors, String... arguments) throws IOException {
        List<String> program = new ArrayList<>(starter);
        program.addAll(Tcpvigil.command(USUAL_OPTIONS));
        return new DaemonProcess(program, errors, arguments);
    }

    /** The same as a process that has none of root's rights. */
    public static DaemonProcess withoutRights(Path errors, String... arguments) throws IOException {
        return startedBy(List.of("setpriv", "--bounding-set=-all"), errors, arguments);
    }

    private DaemonProcess(List<String> program, Path errors, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of("daemon", "--web.listen-address", "127.0.0.1:0"));
        command.addAll(List.of(arguments));
        this.errors = errors;
        this.process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String first =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        address = first.substring(first.indexOf("http"));
    }

    /** Starts it as a user does, from what is built and packed. */
    public static DaemonProcess launched(Path errors, String... arguments) throws IOException {
        return new DaemonProcess(List.of("bin/tcpvigil"), errors, arguments);
    }

    public long pid() {
        return process.pid();
    }

    /** Where its page is, such as {@code http://127.0.0.1:41234/}. */
    public URI address() {
        return URI.create(address);
    }

    /** The body of its answer. */
    public String get(String path) throws IOException {
        URLConnection connection = URI.create(address).resolve(path).toURL().openConnection();
        // A connection that is kept for the next scrape would be the oldest of all.
        connection.setRequestProperty("Connection", "close");
        try (InputStream in = connection.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The value of a line of the metrics as they are written, labels and all; NaN when it is not there. */
    public double metric(String line) throws IOException {
        String page = get("/metrics");
        int at = page.indexOf("\n" + line + " ");
        if (at < 0) {
            return Double.NaN;
        }
        int value = at + line.length() + 2;
        return Double.parseDouble(page.substring(value, page.indexOf('\n', value)));
    }

    /** Waits until the metric has at least this value, through later and later samples. */
    public double await(String line, double least) throws IOException, InterruptedException {
        double value = metric(line);
        for (int i = 0; i < 12_000 && !(value >= least); i++) {
            Thread.sleep(10);
            value = metric(line);
        }
        assertTrue(value >= least, line + " is " + value + " in\n" + get("/metrics"));
        return value;
    }

    /** What it has logged. */
    public String log() throws IOException {
        return Files.readString(errors);
    }

    /** Sends a signal, such as {@code HUP}. */
    public void signal(String signal) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                        .start()
                        .waitFor());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "does not stop");
        } catch (InterruptedException stop) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
