// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SysctlsTest {
    @TempDir
    private Path directory;

    @Test
    void readsTheLimitsOfARealNamespace() {
        assertEquals(
                new Sysctls(
                        Optional.of(new PortRange(32_768, 60_999)),
                        Optional.of(List.of(new PortRange(8080, 8080), new PortRange(9000, 9010))),
                        OptionalLong.of(131_072),
                        OptionalLong.empty(),
                        OptionalLong.of(60),
                        OptionalLong.of(2),
                        OptionalLong.of(1000),
                        OptionalLong.of(4096),
                        OptionalLong.of(2048),
                        OptionalLong.of(1),
                        OptionalLong.of(-262_144),
                        Optional.empty(),
                        OptionalLong.empty(),
                        List.of()),
                Sysctls.read(Recording.procFs()));
    }

    @Test
    void readsWhatOnlyTheInitialNamespaceHas() throws IOException {
        write("tcp_mem", "287901\t383868\t575802\n");
        write("tcp_max_orphans", "131072\n");

        Sysctls sysctls = Sysctls.read(ProcFs.at(directory));

        assertEquals(Optional.of(new Sysctls.TcpMemory(287_901, 383_868, 575_802)), sysctls.tcpMem());
        assertEquals(OptionalLong.of(131_072), sysctls.tcpMaxOrphans());
        assertEquals(OptionalLong.empty(), sysctls.tcpFinTimeoutSeconds());
        assertEquals(List.of(), sysctls.problems());
    }

    @Test
    void takesTheLargestNumberForNoLimitOfOpenFiles() throws IOException {
        Path fileMax = directory.resolve("sys/fs/file-max");
        Files.createDirectories(fileMax.getParent());
        Files.writeString(fileMax, "2466170\n");
        assertEquals(
                OptionalLong.of(2_466_170), Sysctls.read(ProcFs.at(directory)).fileMax());

        Files.writeString(fileMax, "9223372036854775807\n");
        assertEquals(OptionalLong.empty(), Sysctls.read(ProcFs.at(directory)).fileMax());
        assertEquals(List.of(), Sysctls.read(ProcFs.at(directory)).problems());
    }

    @Test
    void tellsAnEmptyListFromAnAbsentOne() throws IOException {
        assertEquals(Optional.empty(), Sysctls.read(ProcFs.at(directory)).localReservedPorts());

        write("ip_local_reserved_ports", "\n");
        assertEquals(Optional.of(List.of()), Sysctls.read(ProcFs.at(directory)).localReservedPorts());
    }

    @Test
    void readsAListLongerThanTheUsualBuffer() throws IOException {
        StringBuilder text = new StringBuilder("1");
        for (int port = 3; port < 65_536; port += 2) {
            text.append(',').append(port);
        }
        write("ip_local_reserved_ports", text.append('\n').toString());

        List<PortRange> ports =
                Sysctls.read(ProcFs.at(directory)).localReservedPorts().orElseThrow();

        assertEquals(32_768, ports.size());
        assertEquals(new PortRange(65_535, 65_535), ports.get(32_767));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "1-", "-1", "5-4", "1,65536", "1-65536", "3,2", "2,2", "1-5,5-9", "1 2", "1\n2", "1\n\n"})
    void reportsAListThatMakesNoSense(String content) throws IOException {
        write("ip_local_reserved_ports", content + "\n");

        Sysctls sysctls = Sysctls.read(ProcFs.at(directory));

        assertEquals(Optional.empty(), sysctls.localReservedPorts());
        assertEquals(1, sysctls.problems().size());
        assertTrue(sysctls.problems().get(0).startsWith(directory + "/sys/net/ipv4/ip_local_reserved_ports: "));
    }

    @ParameterizedTest
    @CsvSource({
        "ip_local_port_range, 60999 32768",
        "ip_local_port_range, 1 65536",
        "ip_local_port_range, 32768",
        "ip_local_port_range, 1 2 3",
        "tcp_fin_timeout, ''",
        "tcp_fin_timeout, sixty",
        "tcp_fin_timeout, 60 60",
        "tcp_fin_timeout, 99999999999999999999",
        "tcp_mem, 1 2"
    })
    void reportsNumbersThatMakeNoSense(String name, String content) throws IOException {
        write(name, content + "\n");

        List<String> problems = Sysctls.read(ProcFs.at(directory)).problems();

        assertEquals(1, problems.size());
        assertTrue(problems.get(0).contains(name), problems.get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "60"})
    void reportsAValueThatIsNotWhole(String content) throws IOException {
        write("tcp_fin_timeout", content);

        Sysctls sysctls = Sysctls.read(ProcFs.at(directory));

        assertEquals(OptionalLong.empty(), sysctls.tcpFinTimeoutSeconds());
        assertEquals(1, sysctls.problems().size());
    }

    @Test
    void reportsAFileThatCannotBeReadAndReadsTheOthers() throws IOException {
        write("tcp_tw_reuse", "1\n");
        Files.createDirectory(ipv4().resolve("tcp_fin_timeout"));

        Sysctls sysctls = Sysctls.read(ProcFs.at(directory));

        assertEquals(OptionalLong.of(1), sysctls.tcpTwReuse());
        assertEquals(OptionalLong.empty(), sysctls.tcpFinTimeoutSeconds());
        assertEquals(1, sysctls.problems().size());
        assertTrue(sysctls.problems().get(0).contains("tcp_fin_timeout"));
    }

    @Test
    void countsThePortsOfARange() {
        PortRange range = new PortRange(32_768, 60_999);

        assertEquals(28_232, range.size());
        assertTrue(range.contains(32_768) && range.contains(60_999));
        assertFalse(range.contains(32_767) || range.contains(61_000));
        assertThrows(IllegalArgumentException.class, () -> new PortRange(2, 1));
    }

    private Path ipv4() throws IOException {
        return Files.createDirectories(directory.resolve("sys/net/ipv4"));
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(ipv4().resolve(name), content);
    }
}
