// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import static io.tcpvigil.tcp.TcpState.CLOSE_WAIT;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.LAST_ACK;
import static io.tcpvigil.tcp.TcpState.LISTEN;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.tcp.SocketTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnerMapTest {
    private static final long NO_LIMIT = Long.MAX_VALUE;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private FakeProc proc;

    @SuppressWarnings("NullAway.Init")
    private OwnerMap owners;

    private long now;

    @BeforeEach
    void makeMap() {
        proc = new FakeProc(directory);
        owners = new OwnerMap(directory, () -> now, 1000, 7);
    }

    private void look(SocketTable table) {
        owners.look(table, true, NO_LIMIT, NO_LIMIT);
    }

    private String names(SocketTable table, int row) {
        StringBuilder text = new StringBuilder();
        for (OwnerProcess process : owners.processes(table, row)) {
            text.append(process.name()).append('/').append(process.pid()).append(' ');
        }
        return owners.evidence(table, row) + " " + text.toString().trim();
    }

    @Test
    void namesAllOwnersOfASharedSocket() throws IOException {
        proc.start(10, "nginx").socket(10, 3, 77).open(10, 4, "pipe:[5]").socket(10, 5, 77);
        proc.start(11, "nginx").socket(11, 3, 77).socket(11, 9, 78);
        proc.start(12, "sh").open(12, 0, "/dev/null");
        SocketTable table = FakeProc.table(LISTEN, 80, 77, ESTABLISHED, 80, 78, ESTABLISHED, 81, 79);
        look(table);
        assertEquals("HELD nginx/10 nginx/11", names(table, 0));
        assertEquals("HELD nginx/11", names(table, 1));
        assertEquals("HIDDEN ", names(table, 2));
        assertEquals(
                "nginx.service", owners.processes(table, 0).get(0).placement().label());
        assertEquals(true, owners.holds(table, 0, "10"));
        assertEquals(true, owners.holds(table, 1, "nginx"));
        assertEquals(false, owners.holds(table, 1, "10"));
        assertNull(owners.holds(table, 2, "nginx"));
        assertNull(owners.notice());
    }

    @Test
    void readsLinksOfNewDescriptorsOnly() throws IOException {
        SocketTable table = new SocketTable();
        for (int pid = 100; pid < 120; pid++) {
            proc.start(pid, "server");
            for (int i = 0; i < 50; i++) {
                int inode = 1000 + pid * 50 + i;
                proc.socket(pid, i, inode);
                FakeProc.row(table, ESTABLISHED, i + 1, inode, false);
            }
        }
        look(table);
        assertEquals(1000, owners.cost().links());
        for (int i = 0; i < 5; i++) {
            look(table);
        }
        assertEquals(1000, owners.cost().links(), "nothing is new");
        for (int i = 0; i < 3; i++) {
            proc.socket(110, 60 + i, 9000 + i);
            FakeProc.row(table, ESTABLISHED, 60 + i, 9000 + i, false);
        }
        look(table);
        assertEquals(1003, owners.cost().links());
        assertEquals("HELD server/110", names(table, 1002));
        assertEquals(0, owners.cost().wanted());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void remembersWhoHadAConnectionThatNobodyHoldsAnyMore(boolean cookies) throws IOException {
        proc.start(10, "client").socket(10, 3, 77).socket(10, 4, 78);
        SocketTable before = new SocketTable();
        FakeProc.row(before, ESTABLISHED, 4000, 77, cookies);
        FakeProc.row(before, CLOSE_WAIT, 4001, 78, cookies);
        look(before);
        proc.end(10);
        SocketTable after = new SocketTable();
        FakeProc.row(after, TIME_WAIT, 4000, 0, cookies);
        FakeProc.row(after, LAST_ACK, 4001, 0, cookies);
        FakeProc.row(after, TIME_WAIT, 4002, 0, cookies);
        look(after);
        look(after);
        assertEquals("LAST_SEEN client/10", names(after, 0));
        assertEquals("LAST_SEEN client/10", names(after, 1));
        assertEquals("NONE ", names(after, 2));
        look(new SocketTable());
        assertEquals(0, owners.cost().remembered(), "what a whole dump does not show is forgotten");
    }

    @Test
    void keepsOwnersOfWhatAPartialDumpDoesNotShow() throws IOException {
        proc.start(10, "client").socket(10, 3, 77);
        look(FakeProc.table(ESTABLISHED, 4000, 77));
        owners.look(new SocketTable(), false, NO_LIMIT, NO_LIMIT);
        SocketTable after = FakeProc.table(TIME_WAIT, 4000, 0);
        look(after);
        assertEquals("LAST_SEEN client/10", names(after, 0));
    }

    @Test
    void givesConnectionsThatWaitForAcceptToTheListener() throws IOException {
        proc.start(10, "web").socket(10, 3, 77);
        SocketTable table = FakeProc.table(LISTEN, 80, 77, SYN_RECEIVED, 80, 0, ESTABLISHED, 80, 0, CLOSE_WAIT, 80, 0);
        FakeProc.row(table, ESTABLISHED, 81, 0, true);
        look(table);
        for (int row = 1; row < 4; row++) {
            assertEquals("LISTENER web/10", names(table, row));
        }
        assertEquals("NONE ", names(table, 4));
    }

    @Test
    void tellsTwoProcessesApartThatHadOnePid() throws IOException {
        proc.start(10, "old", 500, 'S').socket(10, 3, 77);
        SocketTable table = FakeProc.table(ESTABLISHED, 4000, 77);
        look(table);
        proc.end(10).start(10, "new", 900, 'S').socket(10, 3, 78);
        SocketTable after = FakeProc.table(TIME_WAIT, 4000, 0, ESTABLISHED, 4001, 78);
        look(after);
        assertEquals("LAST_SEEN old/10", names(after, 0));
        assertEquals("HELD new/10", names(after, 1));
        assertEquals(900, owners.processes(after, 1).get(0).startTicks());
    }

    @Test
    void followsASocketThatAForkingServerHandsToItsChild() throws IOException {
        proc.start(10, "inetd").socket(10, 3, 70).socket(10, 4, 77);
        SocketTable first = FakeProc.table(LISTEN, 80, 70, ESTABLISHED, 80, 77);
        look(first);
        proc.start(11, "inetd").socket(11, 4, 77);
        proc.socket(10, 4, 78);
        SocketTable second = FakeProc.table(LISTEN, 80, 70, ESTABLISHED, 80, 77, ESTABLISHED, 80, 78);
        look(second);
        look(second);
        assertEquals("HELD inetd/11", names(second, 1));
        assertEquals("HELD inetd/10", names(second, 2));
    }

    @Test
    void meetsAnOwnerToWhomAKnownSocketWasPassed() throws IOException {
        proc.start(10, "giver").socket(10, 3, 77);
        proc.start(11, "taker");
        SocketTable table = FakeProc.table(ESTABLISHED, 80, 77);
        look(table);
        proc.socket(11, 7, 77);
        look(table);
        assertEquals("HELD giver/10 taker/11", names(table, 0));
        proc.close(10, 3);
        look(table);
        assertEquals("HELD taker/11", names(table, 0));
    }

    @Test
    void findsASocketWhoseDescriptorWasAFileBefore() throws IOException {
        proc.start(10, "server").open(10, 3, "/var/log/x");
        look(FakeProc.table());
        proc.socket(10, 3, 77);
        SocketTable table = FakeProc.table(ESTABLISHED, 80, 77);
        for (int i = 0; i < 4; i++) {
            look(table);
        }
        assertEquals("HELD server/10", names(table, 0));
    }

    @Test
    void triesAgainForASocketThatWasUnderwayBetweenTwoProcesses() throws IOException {
        proc.start(10, "server");
        SocketTable table = FakeProc.table(ESTABLISHED, 80, 77);
        for (int i = 0; i < 8; i++) {
            look(table);
        }
        assertEquals("HIDDEN ", names(table, 0));
        assertEquals(0, owners.cost().wanted(), "it is not looked for at every look");
        proc.socket(10, 3, 77);
        look(table);
        look(table);
        assertEquals("HELD server/10", names(table, 0));
    }

    @Test
    void spreadsASearchOverLooks() throws IOException {
        SocketTable table = new SocketTable();
        for (int pid = 10; pid < 20; pid++) {
            proc.start(pid, "server");
            for (int i = 0; i < 100; i++) {
                proc.socket(pid, i, pid * 100 + i);
                FakeProc.row(table, ESTABLISHED, pid * 100 + i, pid * 100 + i, true);
            }
        }
        // Each question for the time takes a microsecond.
        owners = new OwnerMap(directory, () -> now += 1000, 1000, 7);
        int looks = 0;
        long before = 0;
        while (looks == 0 || owners.cost().wanted() > 0) {
            owners.look(table, true, 3000, 1000);
            assertTrue(owners.cost().links() - before <= 300, "a look is bounded");
            before = owners.cost().links();
            looks++;
            assertTrue(looks < 100, "it comes to an end");
        }
        assertTrue(looks > 3, looks + " looks");
        for (int row = 0; row < table.rows(); row++) {
            assertEquals("HELD server/" + table.localPort(row) / 100, names(table, row));
        }
        assertEquals(1000, owners.cost().links());
    }

    @Test
    void letsNobodyWaitForAProcessWithVeryManyDescriptors() throws IOException {
        SocketTable table = new SocketTable();
        proc.start(10, "huge");
        for (int i = 0; i < 1000; i++) {
            proc.socket(10, i, 1000 + i);
        }
        proc.start(11, "small").socket(11, 0, 77);
        FakeProc.row(table, ESTABLISHED, 80, 77, true);
        // A look has time for the first links of one process.
        owners = new OwnerMap(directory, () -> now += 1000, 1000, 7);
        for (int looks = 0; looks < 3; looks++) {
            owners.look(table, true, 2000, 0);
        }
        assertEquals("HELD small/11", names(table, 0));
        assertTrue(owners.cost().links() < 1000, "all of the huge one are read");
    }

    @Test
    void remembersNoMoreThanItMay() throws IOException {
        proc.start(10, "client");
        SocketTable table = new SocketTable();
        for (int i = 0; i < 1500; i++) {
            proc.socket(10, i, 1 + i);
            FakeProc.row(table, ESTABLISHED, 1 + i, 1 + i, true);
        }
        look(table);
        assertEquals(1000, owners.cost().remembered());
        assertEquals("HELD client/10", names(table, 1499));
    }

    @Test
    void saysWhatMayNotBeReadAndPassesOverZombiesAndTheDying() throws IOException {
        proc.start(10, "theirs").refuse(10);
        proc.start(11, "zombie", 11, 'Z').refuse(11);
        proc.start(12, "dying").end(12);
        proc.start(13, "theirs").refuse(13);
        look(FakeProc.table(ESTABLISHED, 80, 77));
        assertEquals(2, owners.unreadableProcesses());
        assertEquals(
                "2 processes of other users not readable: run as root or add CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH",
                owners.notice());
        proc.end(10);
        look(FakeProc.table());
        assertEquals(1, owners.unreadableProcesses());
    }

    /** To be told to run as root helps nobody who does. */
    @Test
    void doesNotAdviseWhatIsDoneAlready() throws IOException {
        Path status = Files.createDirectories(directory.resolve("thread-self")).resolve("status");
        Files.writeString(status, "CapInh:\t0\nCapEff:\t0000000000080004\n");
        proc.start(10, "theirs").refuse(10);
        owners = new OwnerMap(directory, () -> now, 1000, 7);
        look(FakeProc.table(ESTABLISHED, 80, 77));
        assertEquals("1 process not readable even for root: protected by the system", owners.notice());
        Path ids = Files.createDirectories(directory.resolve("self")).resolve("uid_map");
        Files.writeString(ids, "         0       1000          1\n");
        owners = new OwnerMap(directory, () -> now, 1000, 7);
        look(FakeProc.table(ESTABLISHED, 80, 77));
        assertEquals("1 process not readable even for root of this user namespace: run outside of it", owners.notice());
    }

    @Test
    void saysWhenThereIsNoProc() {
        owners = new OwnerMap(directory.resolve("none"), () -> now, 1000, 7);
        owners.readAll();
        assertTrue(String.valueOf(owners.notice()).startsWith("processes not readable: "), owners.notice());
    }

    @Test
    void forgetsSetsThatNobodyNeeds() throws IOException {
        for (int generation = 0; generation < 45; generation++) {
            for (int pid = 10; pid < 110; pid++) {
                proc.start(pid, "p", 1000L * generation + pid, 'S').socket(pid, 3, 1000 * generation + pid);
            }
            SocketTable table = new SocketTable();
            for (int pid = 10; pid < 110; pid++) {
                FakeProc.row(table, ESTABLISHED, pid, 1000 * generation + pid, true);
            }
            look(table);
            for (int row = 0; row < table.rows(); row++) {
                assertEquals("HELD p/" + table.localPort(row), names(table, row), "generation " + generation);
            }
        }
        assertEquals(List.of(), owners.processes(OwnerMap.UNKNOWN));
    }
}
