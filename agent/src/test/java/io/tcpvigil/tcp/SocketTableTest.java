// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

class SocketTableTest {
    private final SocketTable table = new SocketTable();

    private void append(int number) {
        table.begin(TcpState.ESTABLISHED, SocketKind.FULL);
        table.putIpv4(0x7F000001, number & 0xFFFF, 0x7F000001 + (number >>> 16), 80);
        table.putCookie(number + 1L);
        table.putOwner(1000, number + 1);
        table.commit();
    }

    @Test
    void givesBackEachColumn() {
        table.begin(TcpState.CLOSE_WAIT, SocketKind.FULL);
        table.putIpv6(1, 2, 65535, 3, 4, 443);
        table.putTimer(2, 7000, 200);
        table.putQueues(-2, 3);
        table.putOwner(-2, -1);
        table.putCookie(-5);
        table.putInterfaceIndex(9);
        table.putCgroup(77);
        table.putLastAckReceivedMillis(1234);
        table.commit();

        assertEquals(1, table.rows());
        assertEquals(TcpState.CLOSE_WAIT, table.state(0));
        assertEquals(SocketKind.FULL, table.kind(0));
        assertTrue(table.isIpv6(0));
        assertEquals("[::1:0:0:0:2]:65535", table.local(0).toString());
        assertEquals("[::3:0:0:0:4]:443", table.remote(0).toString());
        assertEquals(2, table.timer(0));
        assertEquals(7000, table.expiresMillis(0));
        assertEquals(200, table.retransmits(0));
        assertEquals(0xFFFF_FFFEL, table.receiveQueue(0));
        assertEquals(3, table.sendQueue(0));
        assertEquals(0xFFFF_FFFEL, table.uid(0));
        assertEquals(0xFFFF_FFFFL, table.inode(0));
        assertEquals(-5, table.cookie(0));
        assertEquals(9, table.interfaceIndex(0));
        assertEquals(77, table.cgroup(0));
        assertEquals(1234, table.lastAckReceivedMillis(0));
    }

    @Test
    void leavesUnknownWhatNobodyPut() {
        append(1);
        table.clear();
        table.begin(TcpState.TIME_WAIT, SocketKind.MINISOCK);
        table.putIpv4(1, 2, 3, 4);
        table.commit();
        assertEquals(SocketTable.UNKNOWN, table.receiveQueue(0));
        assertEquals(SocketTable.UNKNOWN, table.sendQueue(0));
        assertEquals(SocketTable.UNKNOWN, table.uid(0));
        assertEquals(SocketTable.UNKNOWN, table.expiresMillis(0));
        assertEquals(SocketTable.UNKNOWN, table.lastAckReceivedMillis(0));
        assertEquals(0, table.cookie(0));
        assertEquals(0, table.inode(0));
    }

    @Test
    void forgetsARowThatWasNotCommitted() {
        append(1);
        table.begin(TcpState.LISTEN, SocketKind.FULL);
        assertEquals(1, table.rows());
        append(2);
        assertEquals(2, table.rows());
        assertEquals(TcpState.ESTABLISHED, table.state(1));
    }

    @Test
    void dropsAndCountsRowsThatAResumedDumpRepeats() {
        for (int i = 0; i < 10; i++) {
            append(i);
        }
        table.boundary();
        append(8);
        append(9);
        append(10);
        // Behind the first new row nothing can be a repeat any more: the kernel has gone on.
        append(9);
        assertEquals(12, table.rows());
        assertEquals(2, table.duplicates());
    }

    @Test
    void takesListenersThatShareAPortForDifferentSockets() {
        for (int inode = 1; inode <= 2; inode++) {
            table.boundary();
            table.begin(TcpState.LISTEN, SocketKind.FULL);
            table.putIpv4(0, 80, 0, 0);
            table.putOwner(0, inode);
            table.commit();
        }
        assertEquals(2, table.rows());
    }

    @Test
    void takesRowsWithoutCookieOrInodeForOneByTheirAddresses() {
        for (int i = 0; i < 2; i++) {
            table.boundary();
            table.begin(TcpState.TIME_WAIT, SocketKind.MINISOCK);
            table.putIpv4(1, 2, 3, 4);
            table.commit();
        }
        assertEquals(1, table.rows());
        assertEquals(1, table.duplicates());
    }

    @Test
    void countsUnknownStateNumbersAndMakesNoRowOfThem() {
        table.unknownState(14);
        table.unknownState(14);
        assertEquals(0, table.rows());
        assertEquals(2, table.unknownStateRows());
        assertEquals(2, table.unknownStateRows(14));
        table.clear();
        assertEquals(0, table.unknownStateRows(14));
    }

    @Test
    void isOfUnknownCoverageUntilADumpHasEnded() {
        assertFalse(table.coverage().isComplete());
        table.coverage(Coverage.complete());
        assertTrue(table.coverage().isComplete());
        table.clear();
        assertEquals(Coverage.Extent.FAILED, table.coverage().extent());
    }

    @Test
    void retainsTheRowsThatFitInTheirOrder() {
        for (int i = 0; i < 20_000; i++) {
            append(i);
        }
        table.retain(SocketFilter.parse(List.of("lport=100-199,15000")), SocketFilter.NO_PROCESSES);
        assertEquals(101, table.rows());
        assertEquals(100, table.localPort(0));
        assertEquals(101, table.cookie(0));
        assertEquals(199, table.localPort(99));
        assertEquals(15_000, table.localPort(100));
        assertEquals(15_001, table.inode(100));
    }

    @Test
    void holdsAMillionRowsInLessThan96MiB() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        SocketTable large = new SocketTable();
        fill(large, 10_000);
        large.clear();
        long before = threads.getCurrentThreadAllocatedBytes();
        fill(large, 1_000_000);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertEquals(1_000_000, large.rows());
        // All that was ever allocated, dropped arrays included, is more than what is held at the end.
        assertTrue(allocated < 96L << 20, allocated + " bytes");
        assertTrue(allocated > 75L << 20, allocated + " bytes: the measurement sees the columns");
    }

    @Test
    void allocatesNothingForARowThatWasThereBefore() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        fill(table, 50_000);
        table.clear();
        fill(table, 50_000);
        long before = threads.getCurrentThreadAllocatedBytes();
        table.clear();
        fill(table, 50_000);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 1024, allocated + " bytes for 50,000 rows");
    }

    private static void fill(SocketTable target, int rows) {
        for (int i = 0; i < rows; i++) {
            target.begin(TcpState.ESTABLISHED, SocketKind.FULL);
            target.putIpv4(1, i & 0xFFFF, i >>> 16, 80);
            target.putCookie(i + 1L);
            target.commit();
        }
    }
}
