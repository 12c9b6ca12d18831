// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.DestroyEvents;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.SocketSource;
import io.tcpvigil.kernel.SourceChoice;
import io.tcpvigil.kernel.bpf.Missing;
import io.tcpvigil.kernel.bpf.TransitionProbe;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.lifecycle.CoverageEvent;
import io.tcpvigil.lifecycle.Direction;
import io.tcpvigil.lifecycle.EventCoverage;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.Report;
import io.tcpvigil.report.Tier;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.Multicasts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Objects;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the sampler makes of the sources beside its dumps, with kernels that refuse, drop and stretch. */
class SamplerEventsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int INFO = 16 + 72 + 8 + 4;

    @TempDir
    private Path noProc;

    private final Multicasts kernel = new Multicasts();
    private @Nullable Errno refusal;
    private long now = 100 * SECOND;
    private long processor;
    private long sampleCost;
    private int probeAttempts;
    private int passiveOpens;
    private int busyDumps;
    private int dumps;

    @SuppressWarnings("NullAway.Init") // follow() is called before each test.
    private Sampler sampler;

    /** A listener, and nothing that stands still. */
    private final class Quiet implements SocketSource {
        @Override
        public String name() {
            return "netlink";
        }

        @Override
        public boolean showsBound() {
            return true;
        }

        @Override
        public void dump(SocketQuery query, SocketTable table) {
            table.clear();
            table.begin(TcpState.LISTEN, SocketKind.FULL);
            table.putIpv4(0xC000_0201, 443, 0, 0);
            table.putCookie(1);
            table.commit();
            table.coverage(Coverage.complete());
            processor += sampleCost;
            dumps++;
            if (dumps <= busyDumps) {
                count(1);
            }
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    /** The kernel counts so many more that came up. */
    private void count(int opened) {
        passiveOpens += opened;
        try {
            Files.createDirectories(noProc.resolve("net"));
            Files.writeString(
                    noProc.resolve("net/snmp"),
                    "Tcp: ActiveOpens PassiveOpens AttemptFails EstabResets\nTcp: 0 " + passiveOpens + " 0 0\n");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @BeforeEach
    void follow() {
        sampler = new Sampler(
                SourceChoice.only(new Quiet()),
                ProcFs.at(noProc),
                InstantSource.fixed(Instant.EPOCH),
                () -> now,
                () -> processor);
        DestroyEvents events = new DestroyEvents(
                () -> {
                    if (refusal != null) {
                        throw new SyscallException("bind", refusal.intValue());
                    }
                    return kernel;
                },
                () -> now);
        ProbeWatch probe = new ProbeWatch(
                () -> {
                    probeAttempts++;
                    return new TransitionProbe.Unsupported(
                            EnumSet.of(Missing.CAP_BPF), "6.1", "kernel 6.1 does not let us probe");
                },
                () -> now);
        sampler.follow(new Intervals(SECOND, 15 * SECOND, 0.01), events, "", probe);
    }

    @AfterEach
    void close() {
        sampler.close();
    }

    private Following look() {
        Report report = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
        now += SECOND;
        return Objects.requireNonNull(report.following());
    }

    /** The server's end of a connection that lived for 200 ms between two looks. */
    private static byte[] ended(int port, long cookie) {
        byte[] message = Multicasts.destroyed(0xC000_0201, 443, 0xC633_6407, port, cookie);
        ByteBuffer info = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
        info.putInt(INFO + 56, 200).putLong(INFO + 120, 1).putInt(INFO + 140, 5);
        return message;
    }

    @Test
    void seesWhatCameAndWentBetweenTwoLooks() {
        look();
        look();
        now -= SECOND / 2;
        kernel.add(ended(50_001, 7));
        kernel.add(ended(50_002, 8));
        Following after = look();
        assertEquals(2, after.lifecycle().connections().opened(Direction.INBOUND));
        assertEquals(2, after.destroyEvents().received());
        assertNull(after.destroyEvents().problem());
    }

    @Test
    void takesTheFirstDumpAgainUntilTheKernelCountsNothingMeanwhile() {
        count(50);
        busyDumps = 2;
        look();
        assertEquals(3, dumps);
        look();
        assertEquals(4, dumps, "only the first");
    }

    @Test
    void neverSeesMoreThanWasCountedThoughSomethingHappensAllTheTime() {
        count(50);
        busyDumps = 5;
        look();
        assertEquals(busyDumps, dumps);
        // Of the connection that came up during the last of them.
        now -= SECOND / 2;
        kernel.add(ended(50_001, 7));
        Following following = look();
        while (following.pace().tier() != Tier.FULL) {
            following = look();
        }
        assertEquals(new EventCoverage(1, 1), following.coverage().get(CoverageEvent.OPENED_INBOUND));
    }

    @Test
    void takesAFullSampleNextAfterALossAndThenGoesOn() {
        for (int i = 0; i < 6; i++) {
            assertEquals(i == 0 ? Tier.FULL : Tier.FAST, look().pace().tier(), "sample " + i);
        }
        kernel.drop(100);
        Following resynced = look();
        assertEquals(Tier.FULL, resynced.pace().tier());
        assertEquals(100, resynced.destroyEvents().lost());
        assertEquals(Tier.FAST, look().pace().tier(), "one for all that were lost");
    }

    @Test
    void goesOnWithoutEventsAndSaysWhy() {
        refusal = Errno.EPERM;
        Following without = look();
        assertEquals(
                "destroy events refused: bind: EPERM (Operation not permitted)",
                without.destroyEvents().problem());
        refusal = null;
        look();
        assertNull(look().destroyEvents().problem(), "tried again");
    }

    @Test
    void goesOnWithoutAProbeSaysWhyAndTriesAgainOnceAMinute() {
        assertEquals("kernel 6.1 does not let us probe", look().probe().problem());
        assertEquals(1, probeAttempts);
        for (int i = 0; i < 59; i++) {
            look();
        }
        assertEquals(1, probeAttempts);
        look();
        assertEquals(2, probeAttempts);
    }

    @Test
    void stretchesTheIntervalsWhenSamplesCostTooMuch() {
        sampleCost = SECOND / 20;
        Following following = look();
        for (int i = 0; i < 30; i++) {
            following = look();
        }
        assertTrue(following.pace().stretch() >= 4, "5 % of a processor: " + following.pace());
        assertEquals(following.pace().stretch() * SECOND, following.pace().fastNanos());
    }
}
