// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code systemd-analyze} says of the unit, alone and with each of its drop-ins. */
class UnitIT {
    private static final Path UNITS = Path.of("../systemd");
    /** Tenths of a point: 0 is a service that can do nothing, 10 one that can do all. */
    private static final int MOST_EXPOSED = 20;

    private static final int MOST_EXPOSED_WITH_A_FEATURE = 28;

    @TempDir
    private Path scratch;

    static List<Path> dropIns() throws IOException {
        try (Stream<Path> files = Files.list(UNITS.resolve("tcpvigil.service.d"))) {
            return files.sorted().toList();
        }
    }

    /** A copy with only these drop-ins, in which the application is where {@code agent/bin/install} puts it for this test. */
    private String unit(List<Path> dropIns) throws IOException {
        Path directory = Files.createDirectories(scratch.resolve("tcpvigil.service.d"));
        for (Path dropIn : dropIns) {
            copy(dropIn, directory.resolve(dropIn.getFileName()));
        }
        Path unit = scratch.resolve("tcpvigil.service");
        copy(UNITS.resolve("tcpvigil.service"), unit);
        return unit.toString();
    }

    private static void copy(Path file, Path to) throws IOException {
        String here = Path.of("").toAbsolutePath() + "/";
        Files.writeString(to, Files.readString(file).replace("/usr/lib/tcpvigil/", here));
    }

    private void isCleanAndExposedAtMost(int tenths, List<Path> dropIns) throws Exception {
        Requirement.program("systemd-analyze");
        String unit = unit(dropIns);
        assertEquals(
                "", Commands.run("systemd-analyze", "verify", "--man=no", unit).orFail());
        Commands.run("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=" + tenths, unit)
                .orFail();
    }

    @Test
    void isCleanAndHardlyExposedAlone() throws Exception {
        isCleanAndExposedAtMost(MOST_EXPOSED, List.of());
    }

    @ParameterizedTest
    @MethodSource("dropIns")
    void isCleanAndLittleExposedWithAFeature(Path dropIn) throws Exception {
        isCleanAndExposedAtMost(MOST_EXPOSED_WITH_A_FEATURE, List.of(dropIn));
    }

    @Test
    void isCleanAndLittleExposedWithAllFeatures() throws Exception {
        isCleanAndExposedAtMost(MOST_EXPOSED_WITH_A_FEATURE, new ArrayList<>(dropIns()));
    }
}
