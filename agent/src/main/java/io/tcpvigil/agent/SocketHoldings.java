// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import io.tcpvigil.findings.Holder;
import io.tcpvigil.findings.Holders;
import io.tcpvigil.owners.CgroupTree;
import io.tcpvigil.owners.OwnerMap;
import io.tcpvigil.owners.OwnerProcess;
import io.tcpvigil.owners.Placement;
import io.tcpvigil.report.GroupedCounts;
import io.tcpvigil.report.Holdings;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateCounts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts the sockets of full samples by process and by unit. Per socket it costs a look into the map of owners; objects are
 * made per process. A socket whose process is not known counts for the unit in which it was made, which the kernel tells
 * without any right.
 */
final class SocketHoldings {
    private static final int INIT = 1;

    private final OwnerMap owners;
    private final CgroupTree cgroups;
    /** By the number of their owners, of the table at hand. */
    private StateCounts.@Nullable Tally[] byOwners = new StateCounts.Tally[64];

    /** By control group, of those whose owners are not known. */
    private final Map<Long, StateCounts.Tally> byCgroup = new HashMap<>();

    SocketHoldings(OwnerMap owners, CgroupTree cgroups) {
        this.owners = owners;
        this.cgroups = cgroups;
    }

    /** Counts this table, which the map of owners has taken in. */
    Holdings count(SocketTable table, Holders holders) {
        tally(table);
        Map<String, StateCounts> processes = new HashMap<>();
        Map<String, StateCounts> units = new HashMap<>();
        StateCounts noProcess = new StateCounts.Tally().counts();
        StateCounts noUnit = noProcess;
        for (int number = 0; number < byOwners.length; number++) {
            StateCounts.Tally tally = byOwners[number];
            if (tally != null) {
                StateCounts states = tally.counts();
                List<OwnerProcess> sharers = owners.processes(number);
                if (sharers.isEmpty()) {
                    noProcess = noProcess.plus(states);
                    noUnit = noUnit.plus(states);
                    continue;
                }
                OwnerProcess process = speaker(sharers);
                processes.merge(process.name(), states, StateCounts::plus);
                if (isPlace(process.placement())) {
                    units.merge(process.placement().label(), states, StateCounts::plus);
                } else {
                    noUnit = noUnit.plus(states);
                }
            }
        }
        cgroups.prepare(byCgroup.keySet());
        for (Map.Entry<Long, StateCounts.Tally> each : byCgroup.entrySet()) {
            StateCounts states = each.getValue().counts();
            noProcess = noProcess.plus(states);
            Placement made = cgroups.placement(each.getKey());
            if (isPlace(made)) {
                units.merge(made.label(), states, StateCounts::plus);
            } else {
                noUnit = noUnit.plus(states);
            }
        }
        return new Holdings(
                GroupedCounts.of(processes),
                noProcess,
                GroupedCounts.of(units),
                noUnit,
                descriptors(holders),
                owners.notice() != null);
    }

    private void tally(SocketTable table) {
        Arrays.fill(byOwners, null);
        byCgroup.clear();
        long lastCgroup = -1;
        StateCounts.Tally ofLast = new StateCounts.Tally();
        for (int row = 0; row < table.rows(); row++) {
            int number = owners.ownersOf(table, row);
            if (number == OwnerMap.UNKNOWN) {
                // Sockets of one group mostly stand together: no object for each.
                if (table.cgroup(row) != lastCgroup) {
                    lastCgroup = table.cgroup(row);
                    ofLast = byCgroup.computeIfAbsent(lastCgroup, none -> new StateCounts.Tally());
                }
                ofLast.add(table.state(row), table.kind(row));
                continue;
            }
            if (number >= byOwners.length) {
                byOwners = Arrays.copyOf(byOwners, 2 * number);
            }
            StateCounts.Tally tally = byOwners[number];
            if (tally == null) {
                tally = new StateCounts.Tally();
                byOwners[number] = tally;
            }
            tally.add(table.state(row), table.kind(row));
        }
    }

    /** The one that a shared socket counts for; its processes come lowest pid first. */
    private static OwnerProcess speaker(List<OwnerProcess> sharers) {
        return sharers.get(sharers.get(0).pid() == INIT && sharers.size() > 1 ? 1 : 0);
    }

    private static boolean isPlace(Placement placement) {
        return placement.unit() != null || placement.container() != null;
    }

    private static List<Holdings.Descriptors> descriptors(Holders holders) {
        List<Holdings.Descriptors> found = new ArrayList<>();
        for (Holder holder : holders.busiest()) {
            holders.descriptors(holder)
                    .ifPresent(each -> found.add(new Holdings.Descriptors(holder.name(), each.open(), each.limit())));
        }
        return found;
    }
}
