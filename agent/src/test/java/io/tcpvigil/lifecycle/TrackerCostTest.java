// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the tracker takes: memory for each connection, and nothing else for each row. */
class TrackerCostTest {
    private static final int FEW = 1_000;
    private static final int MANY = 20_000;
    /** What may differ between two updates without being due to their rows. */
    private static final long SLACK_BYTES = 1024;

    private static final int PART_ROWS = 10_000;
    private static final long SECOND = Watch.SECOND;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static void append(SocketTable table, int number, boolean ipv6, TcpState state) {
        boolean mini = state == TcpState.TIME_WAIT;
        table.begin(state, mini ? SocketKind.MINISOCK : SocketKind.FULL);
        int port = 1024 + (number & 0x7FFF);
        int host = number >>> 15;
        if (ipv6) {
            table.putIpv6(0x2001_0DB8L << 32, 1, port, 0x2001_0DB8L << 32, host, 443);
        } else {
            table.putIpv4(0x0A00_0001, port, 0x0B00_0000 + host, 443);
        }
        table.putTimer(mini ? 3 : 0, mini ? 30_000 : 0, 0);
        table.putOwner(0, mini ? 0 : number + 1);
        table.putCookie(number + 1L);
        table.commit();
    }

    /** Connections of which most move on from one dump to the next, and a tenth is replaced: a twentieth comes, one goes. */
    private static void fill(SocketTable table, int rows, int round) {
        table.clear();
        for (int i = 0; i < rows; i++) {
            boolean replaced = i % 20 == round % 20;
            int number = replaced ? i + rows * (round + 1) : i;
            TcpState state = (i + round) % 3 == 0 ? TcpState.ESTABLISHED : TcpState.TIME_WAIT;
            append(table, number, i % 2 == 0, replaced ? TcpState.ESTABLISHED : state);
        }
        table.coverage(Coverage.complete());
    }

    private long leastBytesOfAnUpdate(int rows) {
        ConnectionTracker tracker = new ConnectionTracker(5);
        SocketTable table = new SocketTable();
        DestroyedSocket destroyed = new DestroyedSocket();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 60; round++) {
            fill(table, rows, round);
            Sample sample = round % 5 == 4 ? Sample.fast(round * SECOND, SECOND) : Sample.full(round * SECOND, SECOND);
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < rows / 10; i++) {
                destroyed.ipv4(0x0A00_0001, 1024 + i, 0x0B00_0000, 443, i + 1L);
                destroyed.putLastAckReceivedMillis(60_000);
                tracker.destroyed(destroyed, round * SECOND);
            }
            tracker.update(table, sample);
            TrackedConnections connections = tracker.connections();
            for (int row = 0; row < rows; row++) {
                int handle = connections.find(table, row);
                assertTrue(connections.stateMillis(handle) >= 0);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    @Test
    void allocatesNothingPerRowWhetherConnectionsStayMoveComeOrGo() {
        long measured = threads.getCurrentThreadAllocatedBytes();
        long few = leastBytesOfAnUpdate(FEW);
        long many = leastBytesOfAnUpdate(MANY);

        assertTrue(threads.getCurrentThreadAllocatedBytes() > measured, "allocation was not measured");
        assertTrue(many - few <= SLACK_BYTES, () -> few + " and " + many + " bytes for " + MANY + " rows");
    }

    @ParameterizedTest
    @CsvSource({"false, 1000000, 64", "true, 200000, 96"})
    void keepsWithinTheMemoryAllowedForEachConnection(boolean ipv6, int connections, int bytesEach) {
        SocketTable part = new SocketTable();
        fill(part, PART_ROWS, 0);
        long empty = usedBytes();
        ConnectionTracker tracker = new ConnectionTracker(5);
        // In parts, so that the table of the test stays small; a partial dump adds.
        for (int from = 0; from < connections; from += PART_ROWS) {
            part.clear();
            for (int i = 0; i < PART_ROWS; i++) {
                append(part, from + i, ipv6, TcpState.ESTABLISHED);
            }
            part.coverage(Coverage.partial("one of many parts"));
            tracker.update(part, Sample.full(from, SECOND));
        }
        assertEquals(connections, tracker.size());
        long used = usedBytes() - empty;
        long computed = tracker.trackedBytes();
        // Asked last, so that the table is there in both measurements.
        assertEquals(PART_ROWS, part.rows());

        assertTrue(computed <= (long) bytesEach * connections, () -> computed + " bytes computed");
        assertTrue(used <= (long) bytesEach * connections, () -> used + " bytes used, " + computed + " computed");
        // The sum that the report gives is the truth, to within what else is on the heap of a test.
        assertTrue(Math.abs(used - computed) < 2_000_000, () -> used + " bytes used, " + computed + " computed");
    }

    @Test
    void givesMemoryBackWhenConnectionsGo() {
        ConnectionTracker tracker = new ConnectionTracker(5);
        SocketTable table = new SocketTable();
        long[] bytes = new long[4];
        int[] rows = {100_000, 100, 100_000, 100};
        for (int i = 0; i < rows.length; i++) {
            fill(table, rows[i], 0);
            tracker.update(table, Sample.full(i * SECOND, SECOND));
            assertEquals(rows[i], tracker.size());
            bytes[i] = tracker.trackedBytes();
        }
        assertTrue(bytes[1] < bytes[0] / 10, () -> bytes[1] + " of " + bytes[0]);
        assertTrue(Math.abs(bytes[3] - bytes[1]) < 100_000, () -> bytes[3] + " after " + bytes[1]);
        assertTrue(bytes[2] <= bytes[0] * 1.1, () -> bytes[2] + " after " + bytes[0]);
    }

    private static long usedBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
