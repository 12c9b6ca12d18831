// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.KernelEvent;
import io.tcpvigil.tcp.SocketTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a detector has to tell of one thing that is wrong; written while the table is at hand. */
final class Account {
    private static final int MOST_HOLDERS = 8;
    private static final int MOST_PORTS = 8;

    long count;
    String headline = "";
    String meaning = "";
    String remedy = "";
    String command = "tcpvigil snapshot";
    final List<Measure> evidence = new ArrayList<>();
    final List<Integer> ports = new ArrayList<>();
    final List<Holder> holders = new ArrayList<>();

    Account(long count, String headline) {
        this.count = count;
        this.headline = headline;
    }

    Account measure(String name, double value, String source) {
        evidence.add(new Measure(name, value, source));
        return this;
    }

    /** A count, which a double holds exactly up to 2^53. */
    Account measure(String name, long value, String source) {
        return measure(name, (double) value, source);
    }

    /** What the kernel counted of these lately, and how long "lately" was. */
    Account counted(Observation now, KernelEvent... events) {
        for (KernelEvent event : events) {
            evidence.add(now.rates().measure(event));
        }
        evidence.add(now.rates().window());
        return this;
    }

    Account means(String text) {
        meaning = text;
        return this;
    }

    Account remedy(String text) {
        remedy = text;
        return this;
    }

    Account command(String text) {
        command = text;
        return this;
    }

    Account port(int port) {
        if (!ports.contains(port)) {
            ports.add(port);
        }
        return this;
    }

    /** The ports of these rows: ours where we serve, the other side's where we do not. */
    Account portsOf(Rows rows, SocketTable table, RowList list) {
        for (int i = 0; i < list.size() && ports.size() < MOST_PORTS; i++) {
            int row = list.get(i);
            port(rows.serves(table.localPort(row)) ? table.localPort(row) : table.remotePort(row));
        }
        return this;
    }

    Account holder(Holder holder) {
        if (holders.size() < MOST_HOLDERS && !holders.contains(holder)) {
            holders.add(holder);
        }
        return this;
    }

    /** The processes that hold these rows, those with most of them first. */
    Account holdersOf(Observation now, RowList rows) {
        int[] counts = new int[16];
        for (int i = 0; i < rows.size(); i++) {
            int number = now.holders().of(now.table(), rows.get(i));
            if (number >= counts.length) {
                counts = Arrays.copyOf(counts, 2 * number);
            }
            if (number != Holders.UNKNOWN) {
                counts[number]++;
            }
        }
        int most = 0;
        while (most >= 0 && holders.size() < MOST_HOLDERS) {
            most = indexOfMost(counts);
            if (most >= 0) {
                now.holders().processes(most).forEach(this::holder);
                counts[most] = 0;
            }
        }
        return this;
    }

    /** The lowest of several; -1 when all are 0. */
    private static int indexOfMost(int[] counts) {
        int most = -1;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > (most < 0 ? 0 : counts[most])) {
                most = i;
            }
        }
        return most;
    }

    /** The processes that hold one row. */
    Account holdersOf(Observation now, int row) {
        int number = now.holders().of(now.table(), row);
        if (number != Holders.UNKNOWN) {
            now.holders().processes(number).forEach(this::holder);
        }
        return this;
    }
}
