// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tcpvigil.tcp.SocketUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SockstatFileTest {
    @TempDir
    private Path directory;

    @Test
    void readsTheUsageOfARealKernel() throws IOException {
        assertEquals(
                new SocketUsage(
                        OptionalLong.of(21),
                        OptionalLong.of(7),
                        OptionalLong.of(2),
                        OptionalLong.of(5),
                        OptionalLong.of(29),
                        OptionalLong.of(1922)),
                new SockstatFile(Recording.procFs()).read());
    }

    @Test
    void readsByName() throws IOException {
        write("sockstat", "sockets: used 3\nTCP: mem 4 new 9 tw 0\n");
        write("sockstat6", "TCP6: other 1\n");

        assertEquals(
                new SocketUsage(
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.of(0),
                        OptionalLong.empty(),
                        OptionalLong.of(4)),
                new SockstatFile(ProcFs.at(directory)).read());
    }

    @Test
    void hasNoNumberForIpv6WhenItIsSwitchedOff() throws IOException {
        write("sockstat", "TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 1\n");

        SocketUsage usage = new SockstatFile(ProcFs.at(directory)).read();

        assertEquals(OptionalLong.empty(), usage.inUseIpv6());
        assertEquals(OptionalLong.of(1), usage.inUse());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "TCP: inuse 1",
                "UDP: inuse 1\n",
                "TCP: inuse\n",
                "TCP: inuse x\n",
                "TCP: inuse 99999999999999999999\n",
                "sockets: used 1\nTCP: inuse 1 orphan -\n"
            })
    void rejectsAnythingElse(String content) throws IOException {
        write("sockstat", content);

        assertThrows(MalformedFileException.class, () -> new SockstatFile(ProcFs.at(directory)).read());
    }

    @Test
    void namesTheLineThatIsMalformed() throws IOException {
        write("sockstat", "sockets: used 1\nTCP: inuse x\n");

        MalformedFileException thrown =
                assertThrows(MalformedFileException.class, () -> new SockstatFile(ProcFs.at(directory)).read());

        assertEquals(directory + "/net/sockstat:2: inuse is not a number: 'x'", thrown.getMessage());
    }

    @Test
    void saysThatTheFileIsNotThere() {
        assertThrows(NoSuchFileException.class, () -> new SockstatFile(ProcFs.at(directory)).read());
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(Files.createDirectories(directory.resolve("net")).resolve(name), content);
    }
}
