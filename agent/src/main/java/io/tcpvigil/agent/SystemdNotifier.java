// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.UnixDatagram;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.Report;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Tells systemd how the daemon does, by the protocol of sd_notify(3). Ready with the first complete sample; alive as long as
 * samples are published and clients are served, and not a moment longer: nothing but {@link #published} feeds the watchdog, so
 * a loop that hangs or ends has the process killed and started again. Without systemd it does nothing. Thread-safe.
 *
 * <pre>
 * READY=1
 * WATCHDOG=1
 * STATUS=104 sockets: 80 ESTABLISHED, 8 TIME-WAIT, 6 CLOSE-WAIT; 1 critical, 0 warning; netlink, every 1 s
 * </pre>
 */
public final class SystemdNotifier implements LiveSettings.Observer {
    /** Each status is an event for everybody who listens to systemd. */
    private static final long STATUS_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How many samples in a row may be missing before the watchdog bites. */
    private static final int SAMPLES_MISSING = 3;

    private static final long NANOS_PER_MICRO = 1_000;

    /** Takes a message to systemd; a test keeps it. */
    interface Channel {
        void send(String message) throws IOException;
    }

    private final @Nullable Channel channel;
    private final long watchdogNanos;
    private final LongSupplier monotonicNanos;
    private final Log log;

    private BooleanSupplier serves = () -> true;
    private boolean ready;
    private boolean stopping;
    private boolean failed;
    private long limitNanos;
    private long fedNanos;
    private long toldNanos;
    private String told = "";

    /**
     * @param channel null where there is no systemd
     * @param watchdogNanos how long it may hear nothing; 0 when it does not mind
     * @param monotonicNanos CLOCK_MONOTONIC
     */
    SystemdNotifier(@Nullable Channel channel, long watchdogNanos, LongSupplier monotonicNanos, Log log) {
        this.channel = channel;
        this.watchdogNanos = watchdogNanos;
        this.limitNanos = watchdogNanos;
        this.monotonicNanos = monotonicNanos;
        this.log = log;
    }

    /** Of this process, by what systemd put into its environment. */
    public static SystemdNotifier ofProcess(Map<String, String> environment, Log log) {
        Libc libc = Libc.get();
        String address = environment.get("NOTIFY_SOCKET");
        Channel channel = address == null
                ? null
                : message -> UnixDatagram.send(libc, address, message.getBytes(StandardCharsets.UTF_8));
        return new SystemdNotifier(
                channel, watchdogNanos(environment, ProcessHandle.current().pid()), libc::monotonicNanos, log);
    }

    /** {@code WATCHDOG_USEC}, if it is meant for this process; 0 otherwise (sd_watchdog_enabled(3)). */
    static long watchdogNanos(Map<String, String> environment, long pid) {
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        String whose = environment.getOrDefault("WATCHDOG_PID", Long.toString(pid));
        // Sixteen digits are more than three hundred years: for ever, in the words of systemd.
        return micros.matches("[0-9]{1,15}") && whose.equals(Long.toString(pid))
                ? Long.parseLong(micros) * NANOS_PER_MICRO
                : 0;
    }

    /** Has it ask with each sample whether clients are served; before the first. */
    public synchronized void onlyWhile(BooleanSupplier serves) {
        this.serves = serves;
    }

    /** A sample was taken and published. */
    public synchronized void published(Report report) {
        if (channel == null || stopping || !serves.getAsBoolean()) {
            return;
        }
        long now = monotonicNanos.getAsLong();
        List<String> lines = new ArrayList<>();
        boolean becomesReady = !ready && report.coverage().isComplete();
        if (becomesReady) {
            lines.add("READY=1");
        }
        long limit = limit(report);
        boolean feeds = watchdogNanos > 0 && (becomesReady || (ready && isHungry(report, limit, now)));
        if (feeds) {
            lines.add("WATCHDOG=1");
            if (limit != limitNanos) {
                lines.add("WATCHDOG_USEC=" + limit / NANOS_PER_MICRO);
            }
        }
        String status = StatusLine.of(report);
        boolean tells = becomesReady || (!status.equals(told) && (told.isEmpty() || now - toldNanos >= STATUS_NANOS));
        if (tells) {
            lines.add("STATUS=" + status);
        }
        // What could not be sent is due again with the next sample.
        if (!lines.isEmpty() && send(lines)) {
            ready |= becomesReady;
            if (feeds) {
                fedNanos = now;
                limitNanos = limit;
            }
            if (tells) {
                told = status;
                toldNanos = now;
            }
        }
    }

    /** Settings are being read again; {@link #reloaded} must follow, whatever came of it. */
    @Override
    public synchronized void reloading() {
        if (ready && !stopping) {
            send(List.of("RELOADING=1", "MONOTONIC_USEC=" + monotonicNanos.getAsLong() / NANOS_PER_MICRO));
        }
    }

    /** The new settings hold, or the old ones still do. */
    @Override
    public synchronized void reloaded() {
        if (ready && !stopping) {
            send(List.of("READY=1"));
        }
    }

    /** From now on nothing else is told. */
    public synchronized void stopping() {
        if (!stopping) {
            stopping = true;
            send(List.of("STOPPING=1", "STATUS=stopping"));
        }
    }

    /** Samples that are far apart need a watchdog with more patience. */
    private long limit(Report report) {
        return Math.max(watchdogNanos, SAMPLES_MISSING * intervalNanos(report));
    }

    /** Whether it would have to wait for more than half of its patience, were it not fed before the next sample. */
    private boolean isHungry(Report report, long limit, long now) {
        return limit != limitNanos || now - fedNanos + intervalNanos(report) > limit / 2;
    }

    private static long intervalNanos(Report report) {
        Following following = report.following();
        return following == null ? 0 : following.pace().fastNanos();
    }

    private boolean send(List<String> lines) {
        if (channel == null) {
            return false;
        }
        try {
            channel.send(String.join("\n", lines));
            failed = false;
        } catch (IOException failure) {
            if (!failed) {
                log.say(Log.Priority.WARNING, "systemd does not hear how the daemon does: " + failure.getMessage());
            }
            failed = true;
        }
        return !failed;
    }
}
