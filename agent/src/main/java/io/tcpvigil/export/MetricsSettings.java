// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import java.util.List;

/**
 * How many series there may be, and what their labels may tell. What gets no series of its own is added up under {@code other}.
 *
 * @param mostPorts local ports, or groups of them, with series of their own; 0 to {@link #MOST}, as the next three
 * @param mostDestinations (source, destination, port)
 * @param mostProcesses names of processes
 * @param mostUnits systemd units and containers
 * @param addresses how addresses of destinations are shown
 * @param ipv4PrefixLength with {@link Addresses#PREFIX}, 0 to 32
 * @param ipv6PrefixLength with {@link Addresses#PREFIX}, 0 to 128
 * @param portGroups ports that are counted together; a port is in one group at most
 */
public record MetricsSettings(
        int mostPorts,
        int mostDestinations,
        int mostProcesses,
        int mostUnits,
        Addresses addresses,
        int ipv4PrefixLength,
        int ipv6PrefixLength,
        List<PortGroup> portGroups) {
    /** With so many of each, a page stays below a megabyte. */
    public static final int MOST = 100;

    /**
     * Addresses are shown whole: a destination is a service that this host calls, and whoever gets the alert that its ports run
     * out must know which it is. Who calls this host is in no label, whatever is set.
     */
    public static final MetricsSettings USUAL = new MetricsSettings(20, 20, 20, 20, Addresses.FULL, 24, 48, List.of());

    /** How addresses are shown. */
    public enum Addresses {
        /** Each by itself. */
        FULL,
        /** Only the network; destinations within it are added up. */
        PREFIX,
        /** Not at all; only their ports are told apart. */
        HIDDEN
    }

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException when one is out of its range, or a port or a name is in two groups; the message says so
     *     in one line
     */
    public MetricsSettings {
        checkRange("ports", mostPorts, MOST);
        checkRange("destinations", mostDestinations, MOST);
        checkRange("processes", mostProcesses, MOST);
        checkRange("units", mostUnits, MOST);
        checkRange("IPv4 prefix length", ipv4PrefixLength, 32);
        checkRange("IPv6 prefix length", ipv6PrefixLength, 128);
        portGroups = List.copyOf(portGroups);
        for (int i = 0; i < portGroups.size(); i++) {
            for (PortGroup earlier : portGroups.subList(0, i)) {
                checkApart(earlier, portGroups.get(i));
            }
        }
    }

    /**
     * Checks that two groups can be told apart.
     *
     * @throws IllegalArgumentException when they share a name or a port; the message says which, in one line
     */
    public static void checkApart(PortGroup one, PortGroup other) {
        if (one.name().equals(other.name())) {
            throw new IllegalArgumentException("two groups of ports are called " + one.name());
        }
        int shared = one.firstShared(other);
        if (shared >= 0) {
            throw new IllegalArgumentException(
                    "port " + shared + " is in the groups " + one.name() + " and " + other.name());
        }
    }

    private static void checkRange(String what, int number, int most) {
        if (number < 0 || number > most) {
            throw new IllegalArgumentException(what + ": " + number + ", allowed are 0 to " + most);
        }
    }
}
