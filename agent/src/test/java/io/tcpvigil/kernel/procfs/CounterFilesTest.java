// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CounterFilesTest {
    @TempDir
    private Path directory;

    @Test
    void readsTheTcpCountersOfARealKernel() throws IOException {
        Counters tcp = new SnmpFile(Recording.procFs()).readTcp();

        assertEquals(
                "{ActiveOpens=17, AttemptFails=0, CurrEstab=18, EstabResets=0, InCsumErrors=0, InErrs=0, InSegs=91,"
                        + " MaxConn=-1, OutRsts=0, OutSegs=89, PassiveOpens=14, RetransSegs=2, RtoAlgorithm=1,"
                        + " RtoMax=120000, RtoMin=200}",
                tcp.toString());
        assertEquals(OptionalLong.of(-1), tcp.get("MaxConn"));
    }

    @Test
    void readsTheFurtherTcpCountersOfARealKernel() throws IOException {
        Counters tcpExt = new NetstatFile(Recording.procFs()).readTcpExt();

        assertEquals(135, tcpExt.names().size());
        assertEquals(OptionalLong.of(5), tcpExt.get("TW"));
        assertEquals(OptionalLong.of(1), tcpExt.get("ListenOverflows"));
        assertEquals(OptionalLong.of(2), tcpExt.get("TCPDeferAcceptDrop"));
        assertEquals(OptionalLong.of(0), tcpExt.get("TCPSynRetrans"));
        assertEquals(OptionalLong.of(2), tcpExt.get("TCPDSACKRecvSegs"), "behind names that older kernels do not have");
    }

    @Test
    void hasNoValueForANameTheKernelDoesNotHave() throws IOException {
        assertEquals(
                OptionalLong.empty(), new SnmpFile(Recording.procFs()).readTcp().get("NoSuchCounter"));
    }

    @Test
    void readsNewValuesAndNewNames() throws IOException {
        SnmpFile file = new SnmpFile(ProcFs.at(directory));
        write("Tcp: A B\nTcp: 1 2\n");
        Counters first = file.readTcp();
        write("Tcp: A B\nTcp: 3 4\n");
        Counters second = file.readTcp();
        write("Tcp: A B C\nTcp: 5 6 7\n");
        Counters third = file.readTcp();
        write("Tcp: A\nTcp: 8\n");

        assertEquals("{A=1, B=2}", first.toString());
        assertEquals("{A=3, B=4}", second.toString());
        assertEquals("{A=5, B=6, C=7}", third.toString());
        assertEquals("{A=8}", file.readTcp().toString());
        assertSame(first.names(), second.names());
    }

    @Test
    void findsItsPairAmongOthers() throws IOException {
        write("Ip: A\nIp: 1\nTcpX: A\nTcpX: 2\nTcp: A\nTcp: 3\nUdp: A\nUdp: 4\n");

        assertEquals("{A=3}", new SnmpFile(ProcFs.at(directory)).readTcp().toString());
    }

    @Test
    void hasNoValueForASumCaughtBelowZero() throws IOException {
        write("Tcp: CurrEstab InSegs\nTcp: 18446744073709551615 9223372036854775806\n");

        Counters tcp = new SnmpFile(ProcFs.at(directory)).readTcp();

        assertEquals(OptionalLong.empty(), tcp.get("CurrEstab"));
        assertEquals(OptionalLong.of(9_223_372_036_854_775_806L), tcp.get("InSegs"));
        assertEquals("{CurrEstab=unusable, InSegs=9223372036854775806}", tcp.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Tcp: A B",
                "Tcp: A B\n",
                "Tcp: A B\nTcp: 1 2",
                "Tcp: A B\nTcp: 1\n",
                "Tcp: A B\nTcp: 1 2 3\n",
                "Tcp: A A\nTcp: 1 2\n",
                "Tcp: A B\nUdp: 1 2\n",
                "Tcp: A B\nTcp: 1 x\n",
                "Tcp: A B\nTcp: 1 -\n",
                "Tcp: A B\nTcp: 1 0x2\n",
                "Udp: A B\nUdp: 1 2\n"
            })
    void rejectsAnythingElse(String content) throws IOException {
        write(content);

        MalformedFileException thrown =
                assertThrows(MalformedFileException.class, () -> new SnmpFile(ProcFs.at(directory)).readTcp());

        assertTrue(Recording.message(thrown).startsWith(directory + "/net/snmp:"), thrown.getMessage());
        assertFalse(thrown.reason().isEmpty());
    }

    @Test
    void survivesTruncationAtEveryByte() throws IOException {
        String whole = Files.readString(Recording.procFs().net().resolve("snmp"));
        int endOfPair = whole.indexOf('\n', whole.indexOf("Tcp: 1 "));
        String expected = new SnmpFile(Recording.procFs()).readTcp().toString();
        for (int length = 0; length <= whole.length(); length++) {
            write(whole.substring(0, length));
            try {
                Counters tcp = new SnmpFile(ProcFs.at(directory)).readTcp();
                assertTrue(length > endOfPair, "read from " + length + " bytes");
                assertEquals(expected, tcp.toString());
            } catch (MalformedFileException thrown) {
                assertTrue(length <= endOfPair, thrown.getMessage());
            }
        }
    }

    @Test
    void saysThatTheFileIsNotThere() {
        assertThrows(NoSuchFileException.class, () -> new NetstatFile(ProcFs.at(directory)).readTcpExt());
    }

    private void write(String content) throws IOException {
        Files.writeString(Files.createDirectories(directory.resolve("net")).resolve("snmp"), content);
    }
}
