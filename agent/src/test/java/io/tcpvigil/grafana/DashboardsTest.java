// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The committed dashboards are what their source makes. {@code -Dgolden.update} writes them: read the difference. */
class DashboardsTest {
    @Test
    void areUpToDate() throws IOException {
        for (Dashboard dashboard : Dashboards.all()) {
            Path file = Dashboards.file(dashboard);
            if (System.getProperty("golden.update") != null) {
                Files.createDirectories(Dashboards.FOLDER);
                Files.writeString(file, dashboard.json());
            }
            assertEquals(dashboard.json(), Files.readString(file), file + " is not what its source makes");
        }
    }

    @Test
    void areNoneButThese() throws IOException {
        Set<String> wanted = Dashboards.all().stream()
                .map(each -> each.name() + ".json")
                .collect(Collectors.toCollection(TreeSet::new));
        try (Stream<Path> files = Files.list(Dashboards.FOLDER)) {
            assertEquals(
                    wanted,
                    files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new)));
        }
    }
}
