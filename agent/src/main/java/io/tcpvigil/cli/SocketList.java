// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.Nullable;
import io.tcpvigil.lifecycle.Age;
import io.tcpvigil.lifecycle.TrackedConnections;
import io.tcpvigil.owners.OwnerMap;
import io.tcpvigil.owners.OwnerProcess;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateAge;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.List;

/**
 * Prints the sockets themselves, a line each. Walks the table twice, once for the widths, so that a million rows need no
 * memory of their own.
 */
final class SocketList {
    private static final String NONE = "-";
    private static final String UNKNOWN = "?";
    /** How many lines may be printed into a pipe that nobody reads any more. */
    private static final int LINES_BETWEEN_CHECKS = 4096;

    private final SocketTable sockets;
    private final @Nullable OwnerMap owners;
    private final @Nullable TrackedConnections connections;

    /**
     * @param owners who owns what; null when nobody asked
     * @param connections what is remembered of earlier looks; null for a single look, which knows no age of a connection
     */
    SocketList(SocketTable sockets, @Nullable OwnerMap owners, @Nullable TrackedConnections connections) {
        this.sockets = sockets;
        this.owners = owners;
        this.connections = connections;
    }

    void print(Terminal terminal) {
        List<String> headings =
                new ArrayList<>(List.of("STATE", ">RECV-Q", ">SEND-Q", "LOCAL", "REMOTE", "TIMER", "IN STATE"));
        if (connections != null) {
            headings.add("AGE");
        }
        headings.addAll(owners == null ? List.of(">UID", ">INODE") : List.of("PROCESS"));
        TextTable table = new TextTable(headings.toArray(String[]::new));
        for (int row = 0; row < sockets.rows(); row++) {
            table.measure(cells(row));
        }
        table.printHeadings(terminal);
        for (int row = 0; row < sockets.rows(); row++) {
            table.print(terminal, cells(row));
            if (row % LINES_BETWEEN_CHECKS == 0 && terminal.out().checkError()) {
                return;
            }
        }
    }

    private String[] cells(int row) {
        SocketKind kind = sockets.kind(row);
        boolean owned = kind == SocketKind.FULL || kind == SocketKind.BOUND;
        String[] cells = new String[(connections == null ? 7 : 8) + (owners == null ? 2 : 1)];
        cells[0] = state(row);
        cells[1] = orUnknown(sockets.receiveQueue(row));
        cells[2] = orUnknown(sockets.sendQueue(row));
        cells[3] = sockets.local(row).toString();
        cells[4] = sockets.remote(row).toString();
        cells[5] = timer(row);
        int next = 6;
        if (connections == null) {
            cells[next++] = atLeastInState(row);
        } else {
            int handle = connections.find(sockets, row);
            boolean tracked = handle != TrackedConnections.NOT_TRACKED;
            cells[next++] = tracked ? age(connections.stateAge(handle)) : NONE;
            cells[next++] = tracked ? age(connections.age(handle)) : NONE;
        }
        if (owners == null) {
            cells[next++] = owned ? orUnknown(sockets.uid(row)) : NONE;
            cells[next] = sockets.inode(row) == 0 ? NONE : Long.toString(sockets.inode(row));
        } else {
            cells[next] = owners(owners, row);
        }
        return cells;
    }

    private String owners(OwnerMap map, int row) {
        StringBuilder text = new StringBuilder();
        for (OwnerProcess process : map.processes(sockets, row)) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(process.name())
                    .append('/')
                    .append(process.pid());
        }
        return switch (map.evidence(sockets, row)) {
            case HELD -> text.toString();
            case LAST_SEEN -> "(was " + text + ")";
            case LISTENER -> "(to be accepted by " + text + ")";
            // A file refers to the socket, but its process did not show it.
            case HIDDEN -> UNKNOWN;
            case NONE -> NONE;
        };
    }

    private String state(int row) {
        return switch (sockets.kind(row)) {
            case BOUND -> "(bound)";
            case FULL, REQUEST, MINISOCK -> sockets.state(row).displayName();
        };
    }

    private String timer(int row) {
        String name = switch (sockets.timer(row)) {
            case 0 -> "";
            case 1 -> "retransmit";
            case 2 -> "keepalive";
            case 3 -> "time-wait";
            case 4 -> "zero-window";
            case 5 -> "delayed-ack";
            default -> "timer " + sockets.timer(row);
        };
        if (name.isEmpty()) {
            return NONE;
        }
        String left = sockets.expiresMillis(row) == SocketTable.UNKNOWN ? "" : " " + span(sockets.expiresMillis(row));
        return name + left + (sockets.retransmits(row) > 0 ? " tried " + sockets.retransmits(row) : "");
    }

    /** What one look knows is a lower bound. */
    private String atLeastInState(int row) {
        long millis =
                sockets.state(row) == TcpState.LISTEN ? SocketTable.UNKNOWN : StateAge.atLeastMillis(sockets, row);
        return millis == SocketTable.UNKNOWN ? NONE : ">" + span(millis);
    }

    private static String age(Age age) {
        return (age.exact() ? "" : ">") + span(age.millis());
    }

    /** Milliseconds in the largest unit that leaves a digit: {@code 350ms}, {@code 59s}, {@code 12m}, {@code 3h}. */
    static String span(long millis) {
        if (millis < 1000) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds < 120) {
            return seconds + "s";
        }
        return seconds < 7200 ? seconds / 60 + "m" : seconds / 3600 + "h";
    }

    private static String orUnknown(long value) {
        return value == SocketTable.UNKNOWN ? UNKNOWN : Long.toString(value);
    }
}
