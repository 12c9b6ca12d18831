// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.kernel.NamespaceSources;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.netns.NamespaceFinder;
import io.tcpvigil.kernel.netns.NetworkNamespace;
import io.tcpvigil.report.OtherNamespaces;
import io.tcpvigil.report.Report.Host;
import io.tcpvigil.tcp.SocketTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Counts the sockets of the other network namespaces, as they are at each look. Not thread-safe. */
final class NamespaceWatch implements AutoCloseable {
    /** Each costs a descriptor, and 20 series. */
    static final int MOST = 64;

    private final NamespaceFinder finder;
    private final NamespaceSources sources = new NamespaceSources();
    private final SocketTable table = new SocketTable();
    private final TableCounts counts = new TableCounts();

    NamespaceWatch(NamespaceFinder finder) {
        this.finder = finder;
    }

    /**
     * Looks into all but the own one.
     *
     * @param own its number; {@link Host#UNKNOWN_NAMESPACE} says only why nothing is counted
     */
    OtherNamespaces look(long own) {
        if (own == Host.UNKNOWN_NAMESPACE) {
            return new OtherNamespaces(
                    List.of(),
                    List.of("the own network namespace is not known: /proc/thread-self/ns/net must be readable"));
        }
        List<OtherNamespaces.Counted> counted = new ArrayList<>();
        List<String> gaps = new ArrayList<>();
        try {
            NamespaceFinder.Found found = finder.find();
            sources.keepOnly(found.namespaces());
            if (found.gap() != null) {
                gaps.add(found.gap());
            }
            int leftOut = 0;
            for (NetworkNamespace namespace : found.namespaces()) {
                if (namespace.inode() == own) {
                    continue;
                }
                if (counted.size() == MOST) {
                    leftOut++;
                } else {
                    count(namespace, counted, gaps);
                }
            }
            if (leftOut > 0) {
                gaps.add(leftOut + " more network namespaces: " + MOST + " are read");
            }
        } catch (IOException failure) {
            gaps.add("network namespaces: " + failure.getMessage());
        }
        return new OtherNamespaces(counted, gaps);
    }

    private void count(NetworkNamespace namespace, List<OtherNamespaces.Counted> counted, List<String> gaps) {
        NamespaceSources.Used used = sources.dump(namespace, SocketQuery.ALL, table);
        if (!table.coverage().isComplete()) {
            // One that is gone meanwhile is among them, once.
            gaps.add("netns " + namespace.label() + ": " + table.coverage().reason());
            return;
        }
        counts.count(table);
        counted.add(new OtherNamespaces.Counted(
                namespace.inode(), namespace.label(), used.source(), counts.ipv4(), counts.ipv6(), used.showsBound()));
    }

    @Override
    public void close() {
        sources.close();
    }
}
