// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory that looks like {@code /proc} to {@link ProcessFiles}, and tables of sockets to go with it. */
final class FakeProc {
    final Path root;

    FakeProc(Path root) {
        this.root = root;
    }

    /** Starts a process; its start time is its pid unless said otherwise. */
    FakeProc start(int pid, String name) throws IOException {
        return start(pid, name, pid, 'S');
    }

    FakeProc start(int pid, String name, long startTicks, char state) throws IOException {
        Path directory = Files.createDirectories(root.resolve(Integer.toString(pid)));
        Files.createDirectories(directory.resolve("fd"));
        String between = " 0 0 0 0 0 4194304 0 0 0 0 0 0 0 0 20 0 1 0 ";
        Files.writeString(
                directory.resolve("stat"), pid + " (" + name + ") " + state + between + startTicks + " 1000 10\n");
        Files.writeString(directory.resolve("cgroup"), "0::/system.slice/" + name + ".service\n");
        return this;
    }

    /** Opens a descriptor: {@code socket:[7]}, {@code /dev/null}. */
    FakeProc open(int pid, int descriptor, String link) throws IOException {
        Path file = root.resolve(pid + "/fd/" + descriptor);
        Files.deleteIfExists(file);
        Files.createSymbolicLink(file, Path.of(link));
        return this;
    }

    FakeProc socket(int pid, int descriptor, int inode) throws IOException {
        return open(pid, descriptor, "socket:[" + inode + "]");
    }

    FakeProc close(int pid, int descriptor) throws IOException {
        Files.delete(root.resolve(pid + "/fd/" + descriptor));
        return this;
    }

    FakeProc end(int pid) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(root.resolve(Integer.toString(pid)))) {
            files = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
        return this;
    }

    /** What cannot be listed is refused: here a file stands where the directory would. */
    FakeProc refuse(int pid) throws IOException {
        Path directory = root.resolve(pid + "/fd");
        Files.delete(directory);
        Files.writeString(directory, "");
        return this;
    }

    /** Appends a connection from port {@code port}; its cookie is the port, or 0. */
    static void row(SocketTable table, TcpState state, int port, int inode, boolean cookie) {
        boolean mini = state == TcpState.TIME_WAIT;
        table.begin(
                state,
                mini ? SocketKind.MINISOCK : state == TcpState.SYN_RECEIVED ? SocketKind.REQUEST : SocketKind.FULL);
        table.putIpv4(state == TcpState.LISTEN ? 0 : 0x7F000001, port, 0x7F000001, state == TcpState.LISTEN ? 0 : 99);
        table.putOwner(0, inode);
        table.putCookie(cookie ? port : 0);
        table.commit();
    }

    static SocketTable table(Object... cells) {
        SocketTable table = new SocketTable();
        for (int i = 0; i < cells.length; i += 3) {
            row(table, (TcpState) cells[i], (Integer) cells[i + 1], (Integer) cells[i + 2], true);
        }
        return table;
    }
}
