// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import io.tcpvigil.tcp.SocketTable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The recorded tree of the test resources, and sockets as text to compare. Its README tells how it was made. */
final class Recording {
    static final ByteOrder BYTE_ORDER = ByteOrder.LITTLE_ENDIAN;

    private Recording() {}

    static ProcFs procFs() {
        try {
            return ProcFs.at(Path.of(Objects.requireNonNull(Recording.class.getResource("linux-6.18-x86_64"))
                    .toURI()));
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The recorded file of the family. */
    static byte[] bytes(Family family) throws IOException {
        return Files.readAllBytes(procFs().net().resolve(family.fileName()));
    }

    /** Its lines without their ends; the first is the header. */
    static List<String> lines(Family family) throws IOException {
        return Files.readAllLines(procFs().net().resolve(family.fileName()), StandardCharsets.US_ASCII);
    }

    static NetTcpFile reader() {
        return new NetTcpFile(procFs(), BYTE_ORDER);
    }

    /** Reads {@code content} as if it were the file of the family. */
    static NetTcpFile.Result read(byte[] content, Family family, SocketTable table) throws IOException {
        return read(reader(), content, family, NetTcpFile.ALL_STATES, table);
    }

    static NetTcpFile.Result read(NetTcpFile reader, byte[] content, Family family, int stateMask, SocketTable table)
            throws IOException {
        Path name = Path.of("net", family.fileName());
        return reader.read(new ByteArrayInputStream(content), name, family, stateMask, table);
    }

    /** Reads a file of the family that has the recorded header and these lines. */
    static NetTcpFile.Result readSockets(NetTcpFile reader, Family family, SocketTable table, String... sockets)
            throws IOException {
        List<String> lines = new ArrayList<>(List.of(sockets));
        lines.add(0, lines(family).get(0));
        return read(reader, file(lines), family, NetTcpFile.ALL_STATES, table);
    }

    /** The lines with an end to each. */
    static byte[] file(List<String> lines) {
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] file(String... lines) {
        return file(List.of(lines));
    }

    static String message(Throwable thrown) {
        return String.valueOf(thrown.getMessage());
    }

    /** One line for each row, with every column that the file fills. */
    static List<String> rows(SocketTable table) {
        List<String> rows = new ArrayList<>();
        for (int row = 0; row < table.rows(); row++) {
            rows.add(table.local(row) + " " + table.remote(row) + " "
                    + table.state(row).displayName() + " "
                    + table.kind(row) + " timer " + table.timer(row) + "/" + table.expiresMillis(row) + "/"
                    + table.retransmits(row) + " queues " + table.receiveQueue(row) + "/" + table.sendQueue(row)
                    + " uid " + table.uid(row) + " inode " + table.inode(row));
        }
        return rows;
    }
}
