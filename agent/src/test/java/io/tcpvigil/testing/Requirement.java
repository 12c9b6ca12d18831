// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a test needs from the machine. Where it is missing, the test is skipped with the reason; in CI, which has
 * everything, it fails.
 */
public final class Requirement {
    private Requirement() {}

    /** The right to make network namespaces. */
    public static void root() {
        if (!"root".equals(System.getProperty("user.name"))) {
            missing("needs root, to make a network namespace");
        }
    }

    /** A program on the PATH. */
    public static void program(String name) {
        for (String directory : (System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory, name))) {
                return;
            }
        }
        missing("needs the program " + name);
    }

    /** Skips the test, or fails it in CI. */
    public static void missing(String reason) {
        if ("true".equals(System.getenv("CI"))) {
            fail("CI lacks what this test needs: " + reason);
        }
        abort(reason);
    }
}
