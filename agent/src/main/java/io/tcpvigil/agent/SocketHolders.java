// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import io.tcpvigil.findings.Holder;
import io.tcpvigil.findings.Holders;
import io.tcpvigil.owners.HiddenSockets;
import io.tcpvigil.owners.OwnerMap;
import io.tcpvigil.owners.OwnerProcess;
import io.tcpvigil.owners.Placement;
import io.tcpvigil.owners.ProcessDetails;
import io.tcpvigil.owners.ProcessInspector;
import io.tcpvigil.tcp.SocketTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What the map of owners knows, in the terms of findings. Descriptors of a process are listed once for each look. */
final class SocketHolders implements Holders {
    private static final int MOST_PROCESSES = 16;

    private final OwnerMap owners;
    private final int searchRest;
    private final LongSupplier nanoClock;
    private final HiddenSockets hiddenSockets = new HiddenSockets();
    private final ProcessInspector inspector = new ProcessInspector();
    private final Map<Holder, OwnerProcess> processes = new HashMap<>();
    private final Map<Holder, Optional<Descriptors>> descriptors = new HashMap<>();
    private List<Holder> busiest = List.of();
    /** Sockets by the number of their owners, of the table at hand. */
    private int[] sockets = new int[256];

    private List<HiddenSockets.Held> hiding = List.of();
    private int searches;
    private long searchDue;

    /**
     * @param searchRest so many times as long as a search for hidden sockets takes, there is none
     * @param nanoClock monotonic
     */
    SocketHolders(OwnerMap owners, int searchRest, LongSupplier nanoClock) {
        this.owners = owners;
        this.searchRest = searchRest;
        this.nanoClock = nanoClock;
    }

    /** The map has taken in this table. */
    void begin(SocketTable table) {
        processes.clear();
        descriptors.clear();
        Arrays.fill(sockets, 0);
        int highest = -1;
        for (int row = 0; row < table.rows(); row++) {
            int number = owners.ownersOf(table, row);
            if (number != UNKNOWN) {
                if (number >= sockets.length) {
                    sockets = Arrays.copyOf(sockets, 2 * number);
                }
                sockets[number]++;
                highest = Math.max(highest, number);
            }
        }
        List<Integer> most = new ArrayList<>();
        for (int number = 0; number <= highest; number++) {
            if (sockets[number] > 0) {
                most.add(number);
            }
        }
        most.sort(Comparator.comparingInt((Integer number) -> sockets[number]).reversed());
        List<Holder> found = new ArrayList<>();
        for (int i = 0; i < most.size() && found.size() < MOST_PROCESSES; i++) {
            for (Holder holder : processes(most.get(i))) {
                if (found.size() < MOST_PROCESSES && !found.contains(holder)) {
                    found.add(holder);
                }
            }
        }
        busiest = found;
    }

    @Override
    public int of(SocketTable table, int row) {
        return owners.ownersOf(table, row);
    }

    @Override
    public List<Holder> processes(int number) {
        List<Holder> holders = new ArrayList<>();
        for (OwnerProcess process : owners.processes(number)) {
            holders.add(holder(process));
        }
        return holders;
    }

    private Holder holder(OwnerProcess process) {
        Placement placement = process.placement();
        boolean named = placement.unit() != null || placement.container() != null;
        Holder holder = new Holder(process.pid(), process.name(), named ? placement.label() : null);
        processes.put(holder, process);
        return holder;
    }

    /** As of the last search, which may be some looks ago; unknown until two in a row have been made. */
    @Override
    public Optional<Map<Holder, Integer>> hidden(SocketTable table, int atLeast) {
        long begin = nanoClock.getAsLong();
        if (searches == 0 || begin - searchDue >= 0) {
            try {
                hiding = hiddenSockets.look(table, atLeast);
                searches++;
            } catch (IOException failure) {
                // The map of owners, which reads the same, says why: see gaps().
                searches = 0;
            }
            long end = nanoClock.getAsLong();
            searchDue = end + searchRest * (end - begin);
        }
        if (searches < 2) {
            return Optional.empty();
        }
        Map<Holder, Integer> found = new HashMap<>();
        for (HiddenSockets.Held each : hiding) {
            owners.process(each.pid()).ifPresent(process -> found.put(holder(process), each.sockets()));
        }
        return Optional.of(found);
    }

    @Override
    public Optional<Descriptors> descriptors(Holder holder) {
        return descriptors.computeIfAbsent(holder, this::read);
    }

    private Optional<Descriptors> read(Holder holder) {
        OwnerProcess process = processes.get(holder);
        Optional<ProcessDetails> details = process == null ? Optional.empty() : inspector.details(process);
        return details.filter(each -> !Double.isNaN(each.descriptorShare()))
                .map(each -> new Descriptors(each.openFiles(), each.softOpenFileLimit()));
    }

    @Override
    public List<Holder> busiest() {
        return busiest;
    }

    @Override
    public String gaps() {
        @Nullable String notice = owners.notice();
        return notice == null ? "" : notice;
    }
}
