// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.bpf.TransitionProbe;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.report.ProbeReport;
import io.tcpvigil.report.ProbeReport.PortTraffic;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.Connections;
import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A probe that breaks off, and the next one. */
class ProbeWatchIT {
    private static final int PORT = 4444;

    private final List<TransitionProbe> opened = new ArrayList<>();
    private long now;

    @SuppressWarnings("NullAway.Init") // Of the namespace, in which only a test is.
    private TransitionProbe.Settings settings;

    @BeforeAll
    static void needsRoot() {
        Requirement.root();
    }

    private TransitionProbe.Attempt open() {
        TransitionProbe.Attempt attempt = TransitionProbe.open(Libc.get(), settings);
        opened.add(assertInstanceOf(TransitionProbe.Opened.class, attempt).probe());
        return attempt;
    }

    private static void refused(int times) {
        for (int i = 0; i < times; i++) {
            assertThrows(IOException.class, () -> new Socket(InetAddress.getLoopbackAddress(), PORT).close());
        }
    }

    /** Counters that fell would be read as a restart of the daemon. */
    @Test
    void goesOnCountingWhereABrokenProbeLeftOff() throws Exception {
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(() -> {
                settings = TransitionProbe.Settings.ofThread();
                try (ProbeWatch watch = new ProbeWatch(this::open, () -> now)) {
                    watch.prepare();
                    refused(3);
                    ProbeReport before = read(watch);
                    assertEquals(3, before.failedConnects());

                    opened.get(0).close();
                    assertNull(watch.read());
                    assertNotNull(watch.report().problem());
                    refused(1);

                    now += 61_000_000_000L;
                    watch.prepare();
                    assertEquals(3, read(watch).failedConnects());
                    refused(2);
                    ProbeReport after = read(watch);
                    assertEquals(5, after.failedConnects());
                    assertEquals(List.of(new PortTraffic(PORT, false, 0, 0, 5, 0)), after.ports());
                    assertEquals(stays(before) + 2, stays(after));
                    assertEquals(0, after.transitionsMissed());
                }
                return true;
            });
        }
    }

    @Test
    void tellsInTheReportWhatItHadNoRoomFor() throws Exception {
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(() -> {
                settings = TransitionProbe.Settings.ofThread().withCapacity(4, 256, 1 << 12);
                try (Sampler sampler = Sampler.ofThread(Sampler.SourceWish.netlink);
                        Connections open = new Connections(32)) {
                    Intervals intervals = Intervals.every(1_000_000_000L);
                    sampler.follow(intervals, null, "", new ProbeWatch(this::open, () -> now));
                    assertEquals(List.of(), problems(sampler));
                    open.open(20);
                    String problem = problems(sampler).get(0);
                    assertTrue(problem.startsWith("the probe had no room for all sockets: "), problem);
                }
                return true;
            });
        }
    }

    private static List<String> problems(Sampler sampler) {
        return sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES).problems();
    }

    private static ProbeReport read(ProbeWatch watch) {
        assertNotNull(watch.read());
        return watch.report();
    }

    /** In SYN-SENT. */
    private static long stays(ProbeReport report) {
        return Arrays.stream(Objects.requireNonNull(report.dwell().get(TcpState.SYN_SENT))
                        .buckets())
                .sum();
    }
}
