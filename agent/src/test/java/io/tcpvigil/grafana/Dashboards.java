// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import java.nio.file.Path;
import java.util.List;

/** All of them, and where they are committed. */
final class Dashboards {
    static final Path FOLDER = Path.of("../grafana/dashboards");

    private Dashboards() {}

    static List<Dashboard> all() {
        return List.of(
                HostDashboard.make(),
                PortsDashboard.make(),
                PilesDashboard.make(),
                FleetDashboard.make(),
                AgentDashboard.make());
    }

    static Path file(Dashboard dashboard) {
        return FOLDER.resolve(dashboard.name() + ".json");
    }
}
