// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In a network namespace of its own, where limits can be set without harm. */
class SysctlsIT {
    private static final Path LIST = Path.of("/proc/sys/net/ipv4/ip_local_reserved_ports");
    private static final int PORTS = 15_000;

    @Test
    void readsAListThatTheKernelGivesInOneReadOnly() throws Exception {
        assumeTrue(run("unshare", "-rn", "true").exitCode == 0, "unshare -rn is not permitted");

        Output output = run(
                "unshare",
                "-rn",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                placeOf(Sysctls.class) + ":" + placeOf(SysctlsIT.class),
                SysctlsIT.class.getName());

        assertEquals("15000 ports, last 29999, problems []\n", output.text);
        assertEquals(0, output.exitCode);
    }

    /** What runs inside the namespace: reserves every other port, and prints what is read back. */
    public static void main(String[] arguments) throws IOException {
        StringBuilder list = new StringBuilder("1");
        for (int i = 1; i < PORTS; i++) {
            list.append(',').append(2 * i + 1);
        }
        // The kernel takes about one page of it for each write, and adds the ports of later writes to the earlier.
        try (OutputStream out = new FileOutputStream(LIST.toFile())) {
            out.write(list.append('\n').toString().getBytes(StandardCharsets.US_ASCII));
        }
        Sysctls sysctls = Sysctls.read(ProcFs.ofThread());
        List<PortRange> ports = sysctls.localReservedPorts().orElse(List.of(new PortRange(0, 0)));
        System.out.println(ports.size() + " ports, last "
                + ports.get(ports.size() - 1).high() + ", problems " + sysctls.problems());
    }

    private record Output(int exitCode, String text) {}

    private static Output run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(new ArrayList<>(List.of(command)))
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Output(process.waitFor(), text);
    }

    private static Path placeOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
