// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.client.exporter.common.TextFormat;
import io.tcpvigil.export.MetricsSettings.Addresses;
import io.tcpvigil.ports.DestinationUse;
import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.ports.PortUse;
import io.tcpvigil.report.GroupedCounts.Group;
import io.tcpvigil.report.Holdings;
import io.tcpvigil.report.Report;
import io.tcpvigil.report.Resources;
import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.StateCounts;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BreakdownCollectorTest {
    private static final StateCounts NONE = FullSamples.states(TcpState.LISTEN, 0);
    private static final Holdings NOBODY = new Holdings(List.of(), NONE, List.of(), NONE, List.of(), false);

    private static IpAddress address(String text) {
        return Objects.requireNonNull(IpAddress.parse(text));
    }

    private static PortUse port(int port, int established, long waiting, long mayWait) {
        return new PortUse(
                port,
                List.of(new PortUse.Listener(new Endpoint(address("0.0.0.0"), port), waiting, mayWait)),
                FullSamples.states(TcpState.ESTABLISHED, established),
                List.of());
    }

    private static DestinationUse destination(String source, String destination, int port, int used) {
        return new DestinationUse(
                address(source),
                address(destination),
                port,
                used,
                1000,
                DestinationUse.UNKNOWN,
                FullSamples.states(TcpState.ESTABLISHED, used));
    }

    private static Report report(
            List<PortUse> ports, List<DestinationUse> destinations, Map<DestinationUse, Double> exhaustion) {
        return report(ports, destinations, new Resources(Map.of(), exhaustion, NOBODY));
    }

    private static Report report(List<PortUse> ports, List<DestinationUse> destinations, Resources resources) {
        Report plain = Samples.report();
        Report broken = new Report(
                plain.takenAt(),
                plain.takenNanos(),
                plain.host(),
                plain.source(),
                plain.coverage(),
                plain.ipv4(),
                plain.ipv6(),
                plain.unknownStates(),
                plain.filter(),
                plain.problems(),
                plain.range(),
                new PortBreakdown(ports, destinations, null, null),
                plain.services(),
                null,
                null);
        return FullSamples.report(broken, resources);
    }

    private static MetricsSettings settings(int most, Addresses addresses, PortGroup... groups) {
        return new MetricsSettings(most, most, most, most, addresses, 24, 48, List.of(groups));
    }

    private static BreakdownCollector collector(MetricsSettings settings, Report report) {
        BreakdownCollector collector = new BreakdownCollector(settings);
        collector.take(report);
        return collector;
    }

    private static String page(BreakdownCollector collector) throws IOException {
        StringWriter text = new StringWriter();
        MetricsPage.ofAll(collector).write(TextFormat.CONTENT_TYPE_004, text);
        return text.toString();
    }

    /** The sample lines of a family, without the namespace. */
    private static List<String> lines(String page, String family) {
        return page.lines()
                .filter(line -> line.startsWith(family + "{"))
                .map(line -> line.substring(family.length()).replace("netns=\"4026531840\",", ""))
                .toList();
    }

    /** The values of a family by the values of one label. */
    private static Map<String, Double> sums(String page, String family, String label) {
        Map<String, Double> sums = new HashMap<>();
        for (String line : lines(page, family)) {
            int at = line.indexOf(label + "=\"") + label.length() + 2;
            String value = line.substring(at, line.indexOf('"', at));
            sums.merge(value, Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)), Double::sum);
        }
        return sums;
    }

    @Test
    void foldsWhatHasNoSeriesIntoOther() throws IOException {
        List<PortUse> ports = List.of(port(22, 1, 0, 10), port(80, 5, 2, 128), port(443, 9, 1, 511));
        String page = page(collector(settings(1, Addresses.FULL), report(ports, List.of(), Map.of())));
        assertEquals(Map.of("443", 9.0, "other", 6.0), sums(page, "tcpvigil_port_connections", "port"));
        // The fullest queue has the series, not the busiest port.
        assertEquals(
                List.of("{port=\"80\",} 2.0", "{port=\"other\",} 1.0"), lines(page, "tcpvigil_listener_accept_queue"));
        assertEquals(
                List.of("{port=\"80\",} 128.0", "{port=\"other\",} 521.0"),
                lines(page, "tcpvigil_listener_accept_queue_limit"));
        assertTrue(lines(page, "tcpvigil_series_folded").contains("{family=\"port_connections\",} 2.0"), page);
        assertTrue(lines(page, "tcpvigil_series_limit").contains("{family=\"port_connections\",} 1.0"), page);
    }

    @Test
    void countsPortsOfAGroupTogether() throws IOException {
        List<PortUse> ports = List.of(port(80, 5, 2, 128), port(443, 9, 1, 511), port(5432, 1, 0, 10));
        MetricsSettings settings = settings(9, Addresses.FULL, PortGroup.parse("web", "80,443"));
        String page = page(collector(settings, report(ports, List.of(), Map.of())));
        assertEquals(Map.of("web", 14.0, "5432", 1.0, "other", 0.0), sums(page, "tcpvigil_port_connections", "port"));
        assertTrue(lines(page, "tcpvigil_listener_accept_queue").contains("{port=\"web\",} 3.0"), page);
        assertTrue(page.contains("port=\"5432\",service=\"postgresql\""), page);
    }

    @Test
    void leavesOutALimitThatOneOfTheQueuesDoesNotTell() throws IOException {
        List<PortUse> ports = List.of(port(80, 5, 2, PortUse.UNKNOWN), port(443, 9, 1, 511));
        String page = page(collector(settings(0, Addresses.FULL), report(ports, List.of(), Map.of())));
        assertEquals(List.of("{port=\"other\",} 3.0"), lines(page, "tcpvigil_listener_accept_queue"));
        assertEquals(List.of(), lines(page, "tcpvigil_listener_accept_queue_limit"));
    }

    private static final List<DestinationUse> DESTINATIONS = List.of(
            destination("192.0.2.1", "198.51.100.7", 5432, 900),
            destination("192.0.2.1", "198.51.100.200", 5432, 100),
            destination("2001:db8:1:2::1", "2001:db8:9:ffff::5", 443, 50),
            destination("192.0.2.1", "203.0.113.9", 5432, 10));

    @Test
    void showsWholeAddresses() throws IOException {
        Map<DestinationUse, Double> soon = Map.of(DESTINATIONS.get(0), 600.0, DESTINATIONS.get(1), 300.0);
        String page = page(collector(settings(1, Addresses.FULL), report(List.of(), DESTINATIONS, soon)));
        assertEquals(
                List.of(
                        "{source=\"192.0.2.1\",destination=\"198.51.100.7\",port=\"5432\",} 900.0",
                        "{source=\"other\",destination=\"other\",port=\"other\",} 160.0"),
                lines(page, "tcpvigil_destination_ports_used"));
        assertEquals(
                Map.of("198.51.100.7", 0.9, "other", 0.1),
                sums(page, "tcpvigil_destination_utilisation_ratio", "destination"));
        assertEquals(
                Map.of("198.51.100.7", 600.0, "other", 300.0),
                sums(page, "tcpvigil_destination_exhaustion_seconds", "destination"));
    }

    @Test
    void addsUpNetworksAndShowsTheWorstWithin() throws IOException {
        Map<DestinationUse, Double> soon = Map.of(DESTINATIONS.get(0), 600.0, DESTINATIONS.get(1), 300.0);
        String page = page(collector(settings(9, Addresses.PREFIX), report(List.of(), DESTINATIONS, soon)));
        assertEquals(
                List.of(
                        "{source=\"192.0.2.0/24\",destination=\"198.51.100.0/24\",port=\"5432\",} 1000.0",
                        "{source=\"2001:db8:1::/48\",destination=\"2001:db8:9::/48\",port=\"443\",} 50.0",
                        "{source=\"192.0.2.0/24\",destination=\"203.0.113.0/24\",port=\"5432\",} 10.0",
                        "{source=\"other\",destination=\"other\",port=\"other\",} 0.0"),
                lines(page, "tcpvigil_destination_ports_used"));
        assertEquals(
                2000.0,
                sums(page, "tcpvigil_destination_ports_available", "destination")
                        .get("198.51.100.0/24"));
        assertEquals(
                0.9,
                sums(page, "tcpvigil_destination_utilisation_ratio", "destination")
                        .get("198.51.100.0/24"));
        assertEquals(
                Map.of("198.51.100.0/24", 300.0), sums(page, "tcpvigil_destination_exhaustion_seconds", "destination"));
    }

    @Test
    void hidesAddresses() throws IOException {
        String page = page(collector(settings(9, Addresses.HIDDEN), report(List.of(), DESTINATIONS, Map.of())));
        assertEquals(
                List.of(
                        "{source=\"\",destination=\"\",port=\"5432\",} 1010.0",
                        "{source=\"\",destination=\"\",port=\"443\",} 50.0",
                        "{source=\"other\",destination=\"other\",port=\"other\",} 0.0"),
                lines(page, "tcpvigil_destination_ports_used"));
        assertFalse(page.contains("192.0.2") || page.contains("2001:db8"), page);
    }

    @ParameterizedTest
    @EnumSource(Addresses.class)
    void addsUpToTheWholeHoweverManyThereAre(Addresses addresses) throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        List<DestinationUse> many = new ArrayList<>();
        long used = 0;
        for (int i = 0; i < 12_000; i++) {
            DestinationUse use = destination(
                    "192.0.2.1", "10." + i / 65_536 + "." + i / 256 % 256 + "." + i % 256, 80, random.nextInt(3));
            used += use.portsUsed();
            many.add(use);
        }
        String page = page(collector(settings(5, addresses), report(List.of(), many, Map.of())));
        double sum = sums(page, "tcpvigil_destination_ports_used", "port").values().stream()
                .mapToDouble(each -> each)
                .sum();
        assertEquals((double) used, sum);
        double available = sums(page, "tcpvigil_destination_ports_available", "port").values().stream()
                .mapToDouble(each -> each)
                .sum();
        assertEquals(12_000 * 1000.0, available);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void addsUpProcessesAndUnitsOfAnyNames(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        String[] odd = {"other", "unknown", "", "a\u0001", "a\u0002", "x\u202ey", "q\"\\\n", "other "};
        List<Group> groups = new ArrayList<>();
        int sockets = 0;
        for (int i = 0; i < 60; i++) {
            int count = random.nextInt(20);
            sockets += count;
            groups.add(new Group(i < odd.length ? odd[i] : "p" + i, FullSamples.states(TcpState.ESTABLISHED, count)));
        }
        StateCounts unknown = FullSamples.states(TcpState.TIME_WAIT, 3);
        Holdings holdings = new Holdings(groups, unknown, groups, unknown, List.of(), false);
        Report report = report(List.of(), List.of(), new Resources(Map.of(), Map.of(), holdings));
        String page = page(collector(settings(seed == 1 ? 60 : random.nextInt(60), Addresses.FULL), report));
        for (String[] family :
                new String[][] {{"process", "tcpvigil_process_connections"}, {"unit", "tcpvigil_unit_connections"}}) {
            Map<String, Double> states = sums(page, family[1], "state");
            assertEquals(sockets, states.get("established"), "seed " + seed);
            assertEquals(3, states.get("time_wait"), "seed " + seed);
            assertEquals(10, states.size());
            List<String> series = lines(page, family[1]).stream()
                    .map(line -> line.substring(0, line.lastIndexOf('}')))
                    .toList();
            assertEquals(series.size(), series.stream().distinct().count(), "seed " + seed + ": a series twice");
        }
    }

    @Test
    void showsNothingOfASampleThatFailedAndTheSameAsBeforeAfterIt() throws IOException {
        Report good = report(List.of(port(80, 5, 2, 128)), DESTINATIONS, Map.of());
        BreakdownCollector collector = collector(settings(9, Addresses.FULL), good);
        String before = page(collector);
        collector.take(Samples.failed("EPERM"));
        assertFalse(page(collector).contains("{"), page(collector));
        collector.take(good);
        assertEquals(before, page(collector));
    }

    @Test
    void leavesOutHoldersThatNobodyLookedFor() throws IOException {
        Report report = report(List.of(), List.of(), new Resources(Map.of(), Map.of(), null));
        String page = page(collector(settings(9, Addresses.FULL), report));
        assertFalse(page.contains("tcpvigil_process_connections"), page);
        assertFalse(page.contains("family=\"unit_connections\""), page);
    }

    @Test
    void takesOnOtherSettingsWithTheNextReport() throws IOException {
        Report report = report(List.of(port(80, 5, 2, 128)), DESTINATIONS, Map.of());
        BreakdownCollector collector = collector(settings(9, Addresses.FULL), report);
        collector.settings(settings(9, Addresses.HIDDEN));
        assertTrue(page(collector).contains("192.0.2.1"));
        collector.take(report);
        assertFalse(page(collector).contains("192.0.2.1"));
    }

    @Test
    void keepsTheSeriesOfAPortThatIsAwayAtZero() throws IOException {
        BreakdownCollector collector =
                collector(settings(9, Addresses.FULL), report(List.of(port(80, 5, 2, 128)), List.of(), Map.of()));
        collector.take(report(List.of(), List.of(), Map.of()));
        String page = page(collector);
        assertEquals(Map.of("80", 0.0, "other", 0.0), sums(page, "tcpvigil_port_connections", "port"));
        assertEquals(
                List.of(), lines(page, "tcpvigil_listener_accept_queue"), "nobody listens: no queue, not an empty one");
    }

    @Test
    void hasItsNamesBeforeTheFirstSample() {
        BreakdownCollector collector = new BreakdownCollector(MetricsSettings.USUAL);
        assertEquals(
                collector.describe().stream().map(family -> family.name).toList(),
                collector.collect().stream().map(family -> family.name).toList());
        assertTrue(collector.collect().stream().allMatch(family -> family.samples.isEmpty()));
        collector.take(report(List.of(), List.of(), new Resources(Map.of(), Map.of(), NOBODY)));
        assertEquals(
                collector.describe().stream()
                        .map(family -> family.name)
                        .sorted()
                        .toList(),
                collector.collect().stream().map(family -> family.name).sorted().toList());
    }
}
