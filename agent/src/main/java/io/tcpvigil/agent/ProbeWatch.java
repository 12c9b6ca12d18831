// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.bpf.TransitionProbe;
import io.tcpvigil.kernel.bpf.TransitionTotals;
import io.tcpvigil.kernel.bpf.Where;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.lifecycle.ProbedTransitions;
import io.tcpvigil.report.ProbeReport;
import io.tcpvigil.report.ProbeReport.PortTraffic;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Keeps the probe of exact transitions open, where it can be had, and reads it. Where it cannot, {@link #report} says why; it
 * is tried again once a minute, as rights and kernel settings may change. One that is opened after another broke off goes on
 * counting where that was last read. Not thread-safe.
 */
final class ProbeWatch implements AutoCloseable {
    private static final long RETRY_NANOS = 60_000_000_000L;
    /** Ports in a report; what the others have is in the sums over all. */
    private static final int PORTS_REPORTED = 50;

    /** Opens the probe; a test gives a refusal instead. */
    interface Opener {
        TransitionProbe.Attempt open() throws IOException;
    }

    private final Opener opener;
    private final LongSupplier nanoClock;
    /** What the probes that broke off had counted. */
    private final TransitionTotals ofClosed = new TransitionTotals();
    /** What the one that is open has counted. */
    private final TransitionTotals ofOpen = new TransitionTotals();
    /** Both, as of the last reading that did not fail. */
    private final TransitionTotals totals = new TransitionTotals();

    private @Nullable TransitionProbe probe;
    private @Nullable String problem;
    private long triedNanos;

    ProbeWatch(Opener opener, LongSupplier nanoClock) {
        this.opener = opener;
        this.nanoClock = nanoClock;
    }

    /** Of the namespace in which the thread is that uses it. */
    static ProbeWatch ofThread(LongSupplier nanoClock) {
        return new ProbeWatch(() -> TransitionProbe.open(Libc.get(), TransitionProbe.Settings.ofThread()), nanoClock);
    }

    /** Opens it, unless it is open or it is too early to try again; the first time takes a tenth of a second. */
    void prepare() {
        if (probe == null) {
            open();
        }
    }

    /**
     * Reads what it has counted.
     *
     * @return null when there is no probe, or when it cannot tell the namespace from others
     */
    @Nullable
    ProbedTransitions read() {
        TransitionProbe open = probe;
        if (open == null) {
            return null;
        }
        try {
            open.read(ofOpen);
            totals.sum(ofClosed, ofOpen);
        } catch (SyscallException failure) {
            close();
            ofClosed.sum(totals);
            problem = "probe broke off: " + failure.getMessage();
            return null;
        }
        return open.scope() == TransitionProbe.Scope.HOST
                ? null
                : new ProbedTransitions(
                        (from, to) -> totals.count(Where.WATCHED, from, to), totals.connectsWithoutPort(Where.WATCHED));
    }

    private void open() {
        long now = nanoClock.getAsLong();
        if (problem != null && now - triedNanos < RETRY_NANOS) {
            return;
        }
        triedNanos = now;
        try {
            TransitionProbe.Attempt attempt = opener.open();
            if (attempt instanceof TransitionProbe.Opened opened) {
                probe = opened.probe();
                problem = null;
            } else if (attempt instanceof TransitionProbe.Unsupported unsupported) {
                problem = unsupported.message();
            }
        } catch (IOException unreadable) {
            problem = "probe: " + unreadable.getMessage();
        }
    }

    /** What was read last. */
    ProbeReport report() {
        TransitionProbe open = probe;
        if (open == null) {
            return ProbeReport.none(problem == null ? "not tried yet" : problem);
        }
        boolean told = open.scope() == TransitionProbe.Scope.NAMESPACE;
        Where where = told ? Where.WATCHED : Where.UNTOLD;
        Map<TcpState, ProbeReport.Dwell> dwell = new EnumMap<>(TcpState.class);
        for (TcpState state : TcpState.values()) {
            if (state != TcpState.CLOSED && state != TcpState.TIME_WAIT) {
                dwell.put(state, dwell(where, state));
            }
        }
        return new ProbeReport(
                null,
                told ? ProbeReport.Scope.NAMESPACE : ProbeReport.Scope.HOST,
                dwell,
                totals.failedConnects(where),
                totals.connectsWithoutPort(where),
                ports(where),
                totals.transitionsMissed(),
                totals.socketsNotRemembered(),
                totals.portsNotCounted());
    }

    private ProbeReport.Dwell dwell(Where where, TcpState state) {
        long[] buckets = new long[TransitionTotals.DWELL_BUCKETS];
        for (int bucket = 0; bucket < buckets.length; bucket++) {
            buckets[bucket] = totals.dwell(where, state, bucket);
        }
        return new ProbeReport.Dwell(buckets, totals.dwellSumNanos(where, state));
    }

    private List<PortTraffic> ports(Where where) {
        List<PortTraffic> ports = new ArrayList<>();
        for (int row = 0; row < totals.ports(); row++) {
            if (totals.portWhere(row) == where) {
                ports.add(new PortTraffic(
                        totals.port(row),
                        totals.portOpener(row) == TransitionTotals.Opener.PEER,
                        totals.portOpened(row),
                        totals.portClosed(row),
                        totals.portFailed(row),
                        totals.portWithoutPort(row)));
            }
        }
        ports.sort(Comparator.comparingLong(PortTraffic::weight).reversed());
        return ports.size() <= PORTS_REPORTED ? ports : ports.subList(0, PORTS_REPORTED);
    }

    @Override
    public void close() {
        TransitionProbe open = probe;
        probe = null;
        if (open != null) {
            open.close();
        }
    }
}
