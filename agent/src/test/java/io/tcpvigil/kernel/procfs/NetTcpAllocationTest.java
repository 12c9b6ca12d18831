// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tcpvigil.tcp.SocketTable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetTcpAllocationTest {
    private static final int FEW = 1_000;
    private static final int MANY = 20_000;
    /** What may differ between two reads without being due to their rows. */
    private static final long SLACK_BYTES = 512;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    private Path directory;

    @Test
    void allocatesNothingPerRow() throws IOException {
        for (Family family : Family.values()) {
            long few = bytesOfARead(family, FEW);
            long many = bytesOfARead(family, MANY);

            assertTrue(few > 0, "opening a file allocates, so that 0 would mean that nothing was measured");
            assertTrue(many - few <= SLACK_BYTES, () -> family + ": " + few + " and " + many + " bytes for " + MANY);
        }
    }

    private long bytesOfARead(Family family, int sockets) throws IOException {
        Path root = directory.resolve("sockets-" + sockets);
        Files.write(Files.createDirectories(root.resolve("net")).resolve(family.fileName()), table(family, sockets));
        NetTcpFile reader = new NetTcpFile(ProcFs.at(root));
        SocketTable table = new SocketTable();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            table.clear();
            long before = threads.getCurrentThreadAllocatedBytes();
            reader.read(family, NetTcpFile.ALL_STATES, table);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            assertEquals(sockets, table.rows());
        }
        return least;
    }

    /** The recorded sockets over and over, each time with other ports. */
    private static byte[] table(Family family, int sockets) throws IOException {
        List<String> recorded = Recording.lines(family);
        List<String> lines = new ArrayList<>(List.of(recorded.get(0)));
        for (int i = 0; i < sockets; i++) {
            String line = recorded.get(1 + i % (recorded.size() - 1));
            int port = line.indexOf(':', line.indexOf(':') + 1) + 1;
            lines.add(line.substring(0, port)
                    + HexFormat.of().withUpperCase().toHexDigits((short) (i + 1))
                    + line.substring(port + 4));
        }
        return Recording.file(lines);
    }
}
