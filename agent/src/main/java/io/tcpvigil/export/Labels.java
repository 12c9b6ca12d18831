// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.tcpvigil.report.Report;
import io.tcpvigil.text.PlainText;

/** Values of labels. Those that come from elsewhere are made fit to be shown, cut, and kept from passing for our own. */
final class Labels {
    /** All that has no series of its own. */
    static final String OTHER = "other";
    /** What cannot be told. */
    static final String UNKNOWN = "unknown";

    /** Names of units and containers are long, those of processes have 15 characters. */
    private static final int NAME_LIMIT = 100;

    private Labels() {}

    /** The name of a process, a unit or a service. One that looks like {@link #OTHER} or {@link #UNKNOWN} gets quotes. */
    static String name(String foreign) {
        String name = PlainText.oneLine(foreign, NAME_LIMIT);
        return name.equals(OTHER) || name.equals(UNKNOWN) || name.isEmpty() ? "'" + name + "'" : name;
    }

    /** The number of the network namespace. */
    static String netns(Report report) {
        long inode = report.host().networkNamespace();
        return inode == Report.Host.UNKNOWN_NAMESPACE ? UNKNOWN : Long.toString(inode);
    }
}
