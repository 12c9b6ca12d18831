// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.Requirement;
import io.tcpvigil.testing.StateZoo;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Netlink, {@code /proc} and {@code ss} say the same of every socket in a namespace where nothing moves. */
class SourcesAgreeIT {
    private static final int MOST_LOOKS = 50;

    /** What is compared of a socket; the key is its addresses, which no two sockets of the zoo share. */
    private record Facts(String state, long receiveQueue, long sendQueue, int timer, long inode, String cookie) {

        /** {@code /proc} tells neither the cookie nor the limit of an accept queue. */
        Facts asProcTells() {
            return new Facts(state, receiveQueue, state.equals("LISTEN") ? -1 : sendQueue, timer, inode, "");
        }
    }

    @Test
    void agreeSocketBySocket() throws Exception {
        Requirement.program("ss");
        try (StateZoo zoo = StateZoo.open()) {
            // Now and then a window probe takes a byte out of a queue: look again until nothing has moved meanwhile.
            Map<String, Facts> netlink;
            Map<String, Facts> proc;
            Map<String, Facts> ss;
            int looks = 0;
            do {
                assertTrue(looks < MOST_LOOKS, "the queues never come to rest");
                looks++;
                netlink = zoo.call(() -> facts(NetlinkSource.ofThread()));
                proc = zoo.call(() -> facts(new ProcSource(ProcFs.ofThread())));
                ss = zoo.call(SourcesAgreeIT::ss);
            } while (!netlink.equals(zoo.call(() -> facts(NetlinkSource.ofThread()))));

            int expected = StateZoo.ROWS_PER_STACK.values().stream()
                            .mapToInt(Integer::intValue)
                            .sum()
                    * StateZoo.Stack.values().length;
            assertEquals(expected, netlink.size(), "no two sockets share their addresses");

            // Neither /proc nor this ss lists bound sockets.
            int bound = StateZoo.Stack.values().length;
            assertTrue(netlink.values().removeIf(facts -> facts.state().equals("(bound)")));
            assertEquals(expected - bound, netlink.size());
            assertEquals(netlink, ss, "netlink and ss");
            netlink.replaceAll((key, facts) -> facts.asProcTells());
            assertEquals(netlink, proc, "netlink and /proc");
        }
    }

    @Test
    void tellRequestSocketsMiniSocketsAndFullOnesApartAlike() throws Exception {
        try (StateZoo zoo = StateZoo.open()) {
            Map<String, SocketKind> netlink = zoo.call(() -> kinds(NetlinkSource.ofThread()));
            Map<String, SocketKind> proc = zoo.call(() -> kinds(new ProcSource(ProcFs.ofThread())));
            netlink.values().removeIf(kind -> kind == SocketKind.BOUND);
            assertEquals(netlink, proc);
            // TIME-WAIT and the orphan in FIN-WAIT-2, for each stack.
            Collection<SocketKind> kinds = netlink.values();
            kinds.removeIf(kind -> kind == SocketKind.FULL);
            assertEquals(2 * StateZoo.Stack.values().length, kinds.size());
        }
    }

    private static Map<String, Facts> facts(SocketSource source) {
        try (source) {
            SocketTable table = new SocketTable();
            source.dump(SocketQuery.ALL, table);
            assertTrue(table.coverage().isComplete(), table.coverage().reason());
            Map<String, Facts> facts = new TreeMap<>();
            for (int row = 0; row < table.rows(); row++) {
                String state = table.kind(row) == SocketKind.BOUND
                        ? "(bound)"
                        : table.state(row).displayName();
                facts.put(
                        key(table, row),
                        new Facts(
                                state,
                                table.receiveQueue(row),
                                table.sendQueue(row),
                                table.timer(row),
                                table.inode(row),
                                table.cookie(row) == 0 ? "" : Long.toHexString(table.cookie(row))));
            }
            return facts;
        }
    }

    private static Map<String, SocketKind> kinds(SocketSource source) {
        try (source) {
            SocketTable table = new SocketTable();
            source.dump(SocketQuery.ALL, table);
            Map<String, SocketKind> kinds = new TreeMap<>();
            for (int row = 0; row < table.rows(); row++) {
                kinds.put(key(table, row), table.kind(row));
            }
            return kinds;
        }
    }

    private static String key(SocketTable table, int row) {
        return table.local(row) + " " + table.remote(row);
    }

    /** Runs {@code ss -tanOeH} and reads state, queues, addresses, inode and cookie of each line. */
    private static Map<String, Facts> ss() throws Exception {
        Process process =
                new ProcessBuilder("ss", "-tanOeH").redirectErrorStream(true).start();
        Map<String, Facts> facts = new TreeMap<>();
        List<String> lines = process.inputReader().lines().toList();
        assertEquals(0, process.waitFor());
        for (String line : lines) {
            String[] columns = line.trim().split("\\s+", -1);
            TcpState state = TcpState.parse(columns[0]);
            if (state == null) {
                throw new AssertionError("ss prints a state that is unknown here: " + line);
            }
            String key = columns[3].replace("0.0.0.0:", "*:") + " "
                    + columns[4].replace("0.0.0.0:", "*:").replace("[::]:", "*:");
            facts.put(
                    key,
                    new Facts(
                            state.displayName(),
                            Long.parseLong(columns[1]),
                            Long.parseLong(columns[2]),
                            timer(field(line, " timer:(", "none,")),
                            Long.parseLong(field(line, " ino:", "0")),
                            field(line, " sk:", "").toLowerCase(Locale.ROOT)));
        }
        return facts;
    }

    /** The kernel's number of a timer that ss names. */
    private static int timer(String text) {
        String name = text.substring(0, text.indexOf(','));
        return switch (name) {
            case "none" -> 0;
            case "on" -> 1;
            case "keepalive" -> 2;
            case "timewait" -> 3;
            case "persist" -> 4;
            default -> throw new AssertionError("ss names a timer that is unknown here: " + name);
        };
    }

    private static String field(String line, String name, String absent) {
        int at = line.indexOf(name);
        if (at < 0) {
            return absent;
        }
        int end = line.indexOf(' ', at + name.length());
        return line.substring(at + name.length(), end < 0 ? line.length() : end);
    }
}
