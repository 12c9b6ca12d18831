// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.testing.Tcpvigil;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which libraries a command loads: classes that are not needed are time that a user waits. */
class StartUpIT {
    @ParameterizedTest
    @CsvSource({
        "snapshot, false",
        "snapshot --json, false",
        "snapshot --sockets -p, false",
        "snapshot --by unit, false",
        "snapshot --by process, true"
    })
    void loadsOshiOnlyForWhoAsksAboutProcesses(String words, boolean loaded) throws Exception {
        try (ServerSocket held = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<String> command = Tcpvigil.command(List.of("-Xlog:class+load"), words.split(" ", -1));
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), output);
            assertTrue(output.contains(" io.tcpvigil.cli.SnapshotCommand "), "classes are told");
            assertEquals(loaded, output.contains(" oshi."), "port " + held.getLocalPort());
        }
    }
}
