// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code tcpvigil} as a process of its own, of the classes under test and on the Java that tests them. */
public final class Tcpvigil {
    private Tcpvigil() {}

    /** The command that runs tcpvigil with these arguments. */
    public static List<String> command(String... arguments) {
        return command(List.of("-XX:TieredStopAtLevel=1"), arguments);
    }

    /** The same with options of the JVM. */
    public static List<String> command(List<String> options, String... arguments) {
        // Whoever runs the tests may have signals ignored: nohup does, and so does a shell for what it starts with "&".
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=HUP,INT"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "io.tcpvigil.cli.Main"));
        command.addAll(List.of(arguments));
        return command;
    }
}
