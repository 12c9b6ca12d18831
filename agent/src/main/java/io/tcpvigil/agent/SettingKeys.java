// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.config.Key;
import io.tcpvigil.config.KeyTable;
import io.tcpvigil.config.KeyType;
import io.tcpvigil.config.KeyTypes;
import io.tcpvigil.export.MetricsSettings;
import io.tcpvigil.export.PortGroup;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Thresholds;
import io.tcpvigil.web.ListenAddress;
import io.tcpvigil.web.WebSettings;
import java.util.ArrayList;
import java.util.List;

/** Every setting of the daemon, described once. */
public final class SettingKeys {
    private static final long SECOND = 1000;
    private static final long HOUR = 3600 * SECOND;

    static final Key<Long> INTERVAL = key(
            "sampling.interval",
            "--interval",
            KeyTypes.span(10, HOUR),
            SECOND,
            "From one sample of every state but ESTABLISHED to the next.");
    static final Key<Long> FULL_INTERVAL = key(
            "sampling.full_interval",
            "--full-interval",
            KeyTypes.span(10, HOUR),
            15 * SECOND,
            "From one sample of all states to the next; at least the interval above.");
    static final Key<Double> CPU_BUDGET = key(
            "sampling.cpu_budget",
            "--cpu-budget",
            KeyTypes.percentage(),
            0.01,
            "What samples may take of one processor, averaged over a minute; beyond it both intervals are stretched, which"
                    + " is logged.");
    static final Key<Sampler.SourceWish> SOURCE = fixed(
            "sampling.source",
            "--source",
            KeyTypes.choice("SOURCE", Sampler.SourceWish.class),
            Sampler.SourceWish.auto,
            "Where sockets are read from; auto takes proc when netlink fails.");
    static final Key<Boolean> DESTROY_EVENTS = fixed(
            "sampling.destroy_events",
            "--destroy-events",
            KeyTypes.bool(),
            true,
            "Have the kernel tell of each socket that it destroys. Without, connections that come and go between two samples"
                    + " are missed, and counted as missed.");
    static final Key<Boolean> PROBE = fixed(
            "sampling.probe",
            "--probe",
            KeyTypes.bool(),
            true,
            "Count every transition exactly by a BPF program in the kernel, where that is permitted (root, or CAP_BPF and"
                    + " CAP_PERFMON).");
    static final Key<Boolean> OTHER_NAMESPACES = fixed(
            "sampling.other_namespaces",
            "--other-namespaces",
            KeyTypes.bool(),
            false,
            "Count the sockets of the machine's other network namespaces, too, in each sample of all states: over netlink with"
                    + " CAP_SYS_ADMIN, else through /proc of their processes.");

    static final Key<List<String>> LISTEN_ADDRESSES = fixed(
            "web.listen_addresses",
            "--web.listen-address",
            KeyTypes.texts("ADDRESS", "host:port, [::1]:port or :port (all addresses)", ListenAddress::isWellFormed),
            List.of("127.0.0.1:9794"),
            "Where to listen.");
    static final Key<String> TELEMETRY_PATH = fixed(
            "web.telemetry_path",
            "--web.telemetry-path",
            KeyTypes.text(
                    "PATH",
                    "a path that begins with / and is not of /-/, /api/v1/ or /runbooks/",
                    WebSettings::isFreePath),
            "/metrics",
            "The path of the metrics.");

    static final Key<String> WEB_CONFIG_FILE = fixed(
            "web.config_file",
            "--web.config.file",
            KeyTypes.path(),
            "",
            "TLS, passwords and header fields, in the form that Prometheus's exporters share; that file is read again when it"
                    + " changes. In the file, its path is relative to the file.");
    static final Key<Integer> MAX_REQUESTS = fixed(
            "web.max_requests",
            "--web.max-requests",
            KeyTypes.integer(1, 10_000),
            256,
            "Pages and metrics that are made or sent at a time; further requests get status 503.");

    static final Key<Integer> MOST_PORTS =
            mostSeries("ports", "local ports, or groups of them,", MetricsSettings.USUAL.mostPorts());
    static final Key<Integer> MOST_DESTINATIONS =
            mostSeries("destinations", "destinations", MetricsSettings.USUAL.mostDestinations());
    static final Key<Integer> MOST_PROCESSES =
            mostSeries("processes", "names of processes", MetricsSettings.USUAL.mostProcesses());
    static final Key<Integer> MOST_UNITS =
            mostSeries("units", "systemd units and containers", MetricsSettings.USUAL.mostUnits());
    static final Key<MetricsSettings.Addresses> ADDRESSES = key(
            "metrics.addresses",
            "",
            KeyTypes.choice("MODE", MetricsSettings.Addresses.class),
            MetricsSettings.USUAL.addresses(),
            "How addresses of destinations are shown in labels: full, only the network (prefix), or not at all (hidden).");
    static final Key<Integer> IPV4_PREFIX_LENGTH = key(
            "metrics.ipv4_prefix_length",
            "",
            KeyTypes.integer(0, 32),
            MetricsSettings.USUAL.ipv4PrefixLength(),
            "Bits of the network, where addresses are shown as prefixes.");
    static final Key<Integer> IPV6_PREFIX_LENGTH = key(
            "metrics.ipv6_prefix_length",
            "",
            KeyTypes.integer(0, 128),
            MetricsSettings.USUAL.ipv6PrefixLength(),
            "The same of IPv6.");
    static final Key<List<PortGroup>> PORT_GROUPS = key(
            "metrics.port_groups",
            "",
            new PortGroupsType(),
            MetricsSettings.USUAL.portGroups(),
            "Local ports that are counted together under a name. A port is in one group at most.");

    static final Key<Long> STUCK_AFTER = key(
            "findings.stuck_after",
            "",
            KeyTypes.span(SECOND, 24 * HOUR),
            60 * SECOND,
            "From when on a connection counts as forgotten that waits for its application, and hears nothing.");
    static final Key<Long> ENDURANCE = key(
            "findings.endurance",
            "",
            KeyTypes.span(0, HOUR),
            Thresholds.USUAL.enduranceMillis(),
            "How long something must last before it is a finding, and be gone before it is none.");

    /** All of them. */
    public static final KeyTable TABLE = table();

    private SettingKeys() {}

    private static KeyTable table() {
        List<Key<?>> keys = new ArrayList<>(List.of(
                INTERVAL,
                FULL_INTERVAL,
                CPU_BUDGET,
                SOURCE,
                DESTROY_EVENTS,
                PROBE,
                OTHER_NAMESPACES,
                LISTEN_ADDRESSES,
                TELEMETRY_PATH,
                WEB_CONFIG_FILE,
                MAX_REQUESTS,
                MOST_PORTS,
                MOST_DESTINATIONS,
                MOST_PROCESSES,
                MOST_UNITS,
                ADDRESSES,
                IPV4_PREFIX_LENGTH,
                IPV6_PREFIX_LENGTH,
                PORT_GROUPS,
                STUCK_AFTER,
                ENDURANCE));
        for (FindingId id : FindingId.values()) {
            keys.add(threshold(id));
            keys.add(enabled(id));
        }
        return new KeyTable(keys);
    }

    /** Whether to look for something. */
    static Key<Boolean> enabled(FindingId id) {
        return key(name(id, "enabled"), "", KeyTypes.bool(), true, "");
    }

    /** From which number on it is a finding. */
    static Key<Double> threshold(FindingId id) {
        return key(name(id, "threshold"), "", scale(id), id.usualThreshold(), from(id) + " on: " + id.what() + ".");
    }

    private static String name(FindingId id, String last) {
        return "findings." + id.label() + "." + last;
    }

    private static KeyType<Double> scale(FindingId id) {
        return switch (id.scale()) {
            case SHARE -> KeyTypes.percentage();
            case COUNT, PER_SECOND -> KeyTypes.positive();
        };
    }

    private static String from(FindingId id) {
        return switch (id.scale()) {
            case COUNT -> "From so many";
            case SHARE -> "From this share";
            case PER_SECOND -> "From so many in a second";
        };
    }

    private static Key<Integer> mostSeries(String name, String what, int usual) {
        return key(
                "metrics." + name,
                "",
                KeyTypes.integer(0, MetricsSettings.MOST),
                usual,
                "How many " + what + " get series of their own; the rest is added up as other.");
    }

    private static <T> Key<T> key(String name, String flag, KeyType<T> type, T usual, String help) {
        return new Key<>(name, flag, type, usual, help, true);
    }

    /** One that is read at the start only. */
    private static <T> Key<T> fixed(String name, String flag, KeyType<T> type, T usual, String help) {
        return new Key<>(name, flag, type, usual, help, false);
    }
}
