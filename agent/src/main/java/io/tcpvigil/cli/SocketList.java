// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.Nullable;
import io.tcpvigil.owners.OwnerMap;
import io.tcpvigil.owners.OwnerProcess;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateAge;
import io.tcpvigil.tcp.TcpState;

/**
 * Prints the sockets themselves, a line each. Walks the table twice, once for the widths, so that a million rows need no
 * memory of their own.
 */
final class SocketList {
    private static final String NONE = "-";
    private static final String UNKNOWN = "?";
    /** How many lines may be printed into a pipe that nobody reads any more. */
    private static final int LINES_BETWEEN_CHECKS = 4096;

    private SocketList() {}

    /** @param owners who owns what; null when nobody asked */
    static void print(SocketTable sockets, @Nullable OwnerMap owners, Terminal terminal) {
        TextTable table = owners == null
                ? new TextTable("STATE", ">RECV-Q", ">SEND-Q", "LOCAL", "REMOTE", "TIMER", "AGE", ">UID", ">INODE")
                : new TextTable("STATE", ">RECV-Q", ">SEND-Q", "LOCAL", "REMOTE", "TIMER", "AGE", "PROCESS");
        for (int row = 0; row < sockets.rows(); row++) {
            table.measure(cells(sockets, row, owners));
        }
        table.printHeadings(terminal);
        for (int row = 0; row < sockets.rows(); row++) {
            table.print(terminal, cells(sockets, row, owners));
            if (row % LINES_BETWEEN_CHECKS == 0 && terminal.out().checkError()) {
                return;
            }
        }
    }

    private static String[] cells(SocketTable sockets, int row, @Nullable OwnerMap owners) {
        SocketKind kind = sockets.kind(row);
        boolean owned = kind == SocketKind.FULL || kind == SocketKind.BOUND;
        String[] cells = new String[owners == null ? 9 : 8];
        cells[0] = state(sockets, row);
        cells[1] = orUnknown(sockets.receiveQueue(row));
        cells[2] = orUnknown(sockets.sendQueue(row));
        cells[3] = sockets.local(row).toString();
        cells[4] = sockets.remote(row).toString();
        cells[5] = timer(sockets, row);
        cells[6] = age(sockets, row);
        if (owners == null) {
            cells[7] = owned ? orUnknown(sockets.uid(row)) : NONE;
            cells[8] = sockets.inode(row) == 0 ? NONE : Long.toString(sockets.inode(row));
        } else {
            cells[7] = owners(owners, sockets, row);
        }
        return cells;
    }

    private static String owners(OwnerMap owners, SocketTable sockets, int row) {
        StringBuilder text = new StringBuilder();
        for (OwnerProcess process : owners.processes(sockets, row)) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(process.name())
                    .append('/')
                    .append(process.pid());
        }
        return switch (owners.evidence(sockets, row)) {
            case HELD -> text.toString();
            case LAST_SEEN -> "(was " + text + ")";
            case LISTENER -> "(to be accepted by " + text + ")";
            // A file refers to the socket, but its process did not show it.
            case HIDDEN -> UNKNOWN;
            case NONE -> NONE;
        };
    }

    private static String state(SocketTable sockets, int row) {
        return switch (sockets.kind(row)) {
            case BOUND -> "(bound)";
            case FULL, REQUEST, MINISOCK -> sockets.state(row).displayName();
        };
    }

    private static String timer(SocketTable sockets, int row) {
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
    private static String age(SocketTable sockets, int row) {
        long millis =
                sockets.state(row) == TcpState.LISTEN ? SocketTable.UNKNOWN : StateAge.atLeastMillis(sockets, row);
        return millis == SocketTable.UNKNOWN ? NONE : ">" + span(millis);
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
