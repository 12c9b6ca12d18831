// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceChoiceTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - SECOND);
    private final SocketTable table = new SocketTable();
    private final Fake netlink = new Fake("netlink");
    private final Fake proc = new Fake("proc");
    private final SourceChoice choice = new SourceChoice(netlink, proc, clock::get);

    /** A source that gives what it is told to: one row, and a coverage. */
    private static final class Fake implements SocketSource {
        private final String name;
        private Coverage coverage = Coverage.complete();
        private int dumps;

        Fake(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public boolean showsBound() {
            return name.equals("netlink");
        }

        @Override
        public void dump(SocketQuery query, SocketTable table) {
            dumps++;
            table.clear();
            if (coverage.extent() != Coverage.Extent.FAILED) {
                table.begin(TcpState.LISTEN, SocketKind.FULL);
                table.putIpv4(0, 80, 0, 0);
                table.commit();
            }
            table.coverage(coverage);
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @Test
    void takesTheBetterSourceWhileItWorks() {
        SourceChoice.Used used = choice.dump(SocketQuery.ALL, table);
        assertEquals("netlink", used.source());
        assertNull(used.reason());
        assertTrue(used.showsBound());
        assertEquals(0, proc.dumps);
    }

    @Test
    void fallsBackWithinTheSameSampleAndSaysWhy() {
        netlink.coverage = Coverage.failed("no netlink here");
        SourceChoice.Used used = choice.dump(SocketQuery.ALL, table);
        assertEquals("proc", used.source());
        assertEquals("no netlink here", used.reason());
        assertTrue(table.coverage().isComplete());
        assertEquals(1, table.rows());
        assertEquals(1, choice.failures());
    }

    @Test
    void takesAPartialDumpForAFailure() {
        netlink.coverage = Coverage.partial("cut short");
        assertEquals("proc", choice.dump(SocketQuery.ALL, table).source());
        assertTrue(table.coverage().isComplete());
    }

    @Test
    void triesTheBetterSourceAgainAfterPausesThatDouble() {
        netlink.coverage = Coverage.failed("gone");
        choice.dump(SocketQuery.ALL, table);
        long[] pauses = {1, 2, 4, 8, 16, 32, 60, 60};
        for (int i = 0; i < pauses.length; i++) {
            clock.addAndGet(pauses[i] * SECOND - 1);
            choice.dump(SocketQuery.ALL, table);
            assertEquals(i + 1, netlink.dumps, "before pause " + i + " is over");
            clock.addAndGet(1);
            choice.dump(SocketQuery.ALL, table);
            assertEquals(i + 2, netlink.dumps, "when pause " + i + " is over");
        }
    }

    @Test
    void returnsToTheBetterSourceForGoodOnceItWorksAgain() {
        netlink.coverage = Coverage.failed("gone");
        choice.dump(SocketQuery.ALL, table);
        netlink.coverage = Coverage.complete();
        clock.addAndGet(SECOND);
        assertNull(choice.dump(SocketQuery.ALL, table).reason());
        assertNull(choice.dump(SocketQuery.ALL, table).reason());
        assertEquals(1, proc.dumps);
        // And starts with the shortest pause when it fails again.
        netlink.coverage = Coverage.failed("gone again");
        choice.dump(SocketQuery.ALL, table);
        clock.addAndGet(SECOND);
        choice.dump(SocketQuery.ALL, table);
        assertEquals(5, netlink.dumps);
    }

    @Test
    void keepsBothReasonsWhenNothingWorks() {
        netlink.coverage = Coverage.failed("no netlink");
        proc.coverage = Coverage.failed("no proc");
        choice.dump(SocketQuery.ALL, table);
        assertEquals(Coverage.failed("no netlink; no proc"), table.coverage());
    }

    @Test
    void usesNoOtherSourceWhenTheUserWantsOne() {
        netlink.coverage = Coverage.failed("gone");
        SourceChoice only = SourceChoice.only(netlink);
        assertEquals("netlink", only.dump(SocketQuery.ALL, table).source());
        assertEquals(Coverage.failed("gone"), table.coverage());
        assertEquals(1, only.failures());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "93 | EPROTONOSUPPORT | RestrictAddressFamilies",
                "97 | EAFNOSUPPORT | RestrictAddressFamilies",
                "1 | EPERM | seccomp or SELinux",
                "2 | ENOENT | modprobe tcp_diag",
                "95 | ENOTSUP | gVisor",
                "24 | EMFILE | EMFILE"
            })
    void saysWhatARefusalUsuallyMeans(int errno, String name, String hint) {
        try (NetlinkSource source = new NetlinkSource(() -> {
            throw new SyscallException("socket", errno);
        })) {
            source.dump(SocketQuery.ALL, table);
        }
        assertEquals(Coverage.Extent.FAILED, table.coverage().extent());
        assertEquals(0, table.rows());
        String reason = table.coverage().reason();
        assertTrue(reason.startsWith("netlink refused: socket: " + name), reason);
        assertTrue(reason.contains(hint), reason);
        assertEquals(1, reason.lines().count());
    }
}
