// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.Nullable;
import io.tcpvigil.export.ReportJson.PortDetail;
import io.tcpvigil.lifecycle.ConnectionTracker;
import io.tcpvigil.lifecycle.Sample;
import io.tcpvigil.ports.EphemeralRange;
import io.tcpvigil.report.GroupedCounts;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateCounts;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.io.StringWriter;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReportJsonTest {
    private static String text(Report report, @Nullable SocketTable sockets) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.setIndent("  ");
            ReportJson.write(report, sockets == null ? null : new SocketsJson(sockets, null, null), json);
        }
        return text.append('\n').toString();
    }

    @Test
    void writesAReportWithItsSockets() throws IOException {
        SocketTable table = Samples.table();
        Golden.assertMatches("snapshot.json", text(Samples.report(table, null, Samples.RANGE), table));
    }

    @Test
    void namesTheProcessesThatHoldASocketWhenSomebodyLooked() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            SocketTable table = Samples.table();
            SocketsJson.Owners none = new SocketsJson.Owners(List.of(), "none");
            SocketsJson.Owners nginx = new SocketsJson.Owners(List.of(new SocketsJson.Owner(815, "nginx")), "held");
            SocketsJson sockets = new SocketsJson(table, row -> table.inode(row) == 0 ? none : nginx, null);
            ReportJson.write(Samples.report(), sockets, json);
        }
        assertTrue(
                text.toString().contains("\"owners\":[{\"pid\":815,\"name\":\"nginx\"}],\"owned_by\":\"held\""),
                text.toString());
        assertTrue(text.toString().contains("\"owners\":[]"), text.toString());
    }

    @Test
    void tellsAgesToWhoLooksAgain() throws IOException {
        ConnectionTracker tracker = new ConnectionTracker(1);
        SocketTable table = new SocketTable();
        table.begin(TcpState.ESTABLISHED, SocketKind.FULL);
        table.putIpv4(0xC000_0201, 443, 0xC633_6407, 50_001);
        table.putCookie(2);
        table.commit();
        table.coverage(Coverage.complete());
        tracker.update(table, Sample.full(1_000_000_000L, 1_000_000_000L));
        table.begin(TcpState.ESTABLISHED, SocketKind.FULL);
        table.putIpv4(0xC000_0201, 443, 0xC633_6407, 50_002);
        table.putCookie(3);
        table.commit();
        table.begin(TcpState.LISTEN, SocketKind.FULL);
        table.putIpv4(0xC000_0201, 443, 0, 0);
        table.commit();
        tracker.update(table, Sample.full(2_500_000_000L, 1_500_000_000L));
        tracker.update(table, Sample.full(4_000_000_000L, 1_500_000_000L));

        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            new SocketsJson(table, null, tracker.connections()).write(json);
        }
        for (String member : List.of("state_age", "age")) {
            assertTrue(
                    text.toString()
                            .matches(".*\"" + member + "\":\\{\"seconds\":3,\"exact\":false}.*\"" + member
                                    + "\":\\{\"seconds\":1.5,\"exact\":true}.*\"" + member + "\":null.*"),
                    text.toString());
        }
    }

    @Test
    void leavesOutSocketsThatNobodyAskedFor() throws IOException {
        assertEquals(JsonTree.ABSENT, JsonTree.at(text(Samples.report(), null), "sockets"));
    }

    @Test
    void countsNothingOfAFailedDump() throws IOException {
        String failed = text(Samples.failed("EPERM: Operation not permitted"), new SocketTable());
        for (String member : List.of("states", "bound", "families", "ports", "destinations", "sockets")) {
            assertEquals(JsonTree.NULL, JsonTree.at(failed, member), member);
        }
        for (String member : List.of("sockets", "duplicates", "unknown_states")) {
            assertEquals(JsonTree.NULL, JsonTree.at(failed, "source", member), member);
        }
        assertEquals("failed", JsonTree.at(failed, "source", "coverage"));
        assertEquals("EPERM: Operation not permitted", JsonTree.at(failed, "source", "coverage_reason"));
        assertEquals("28232", JsonTree.at(failed, "ephemeral_ports", "available"));
    }

    @Test
    void countsWhatAPartialDumpGave() throws IOException {
        String partial = text(Samples.partial("ENOBUFS"), null);
        assertEquals("partial", JsonTree.at(partial, "source", "coverage"));
        assertEquals("1", JsonTree.at(partial, "states", "established"));
        assertEquals("8", JsonTree.at(partial, "source", "sockets"));
    }

    @Test
    void countsNoBoundSocketsThatTheSourceDoesNotShow() throws IOException {
        String json = text(Samples.report(Samples.table(), "no netlink", null), null);
        assertEquals(JsonTree.NULL, JsonTree.at(json, "bound"));
        assertEquals(JsonTree.NULL, JsonTree.at(json, "families", "ipv4", "bound"));
        assertEquals("1", JsonTree.at(json, "families", "ipv4", "listen"));
    }

    @Test
    void tellsBoundSocketsOfEachNamespaceAsItWasRead() throws IOException {
        assertEquals("0", JsonTree.at(text(FullSamples.report(), null), "namespaces", 1, "bound"));
        StateCounts none = new StateCounts.Tally().counts();
        StringWriter text = new StringWriter();
        ReportJson.writeGroups(
                Samples.report(),
                "netns",
                List.of(new GroupedCounts.Group("read through proc", none, false)),
                (group, writer) -> {},
                PortDetail.NONE,
                new JsonWriter(text));
        assertEquals(JsonTree.NULL, JsonTree.at(text.toString(), "groups", 0, "bound"));
    }

    private static String groups(Report report) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            ReportJson.writeGroups(
                    report,
                    "port",
                    GroupedCounts.byLocalPort(Samples.table()),
                    (group, writer) -> {},
                    PortDetail.UDP,
                    json);
        }
        return text.toString();
    }

    @Test
    void writesGroups() throws IOException {
        String json = groups(Samples.report());
        assertEquals("tcpvigil.groups/1", JsonTree.at(json, "schema"));
        assertEquals("port", JsonTree.at(json, "by"));
        assertEquals("443", JsonTree.at(json, "groups", 0, "key"));
        assertEquals("1", JsonTree.at(json, "groups", 0, "states", "established"));
        assertEquals("0", JsonTree.at(json, "groups", 0, "bound"));
        assertEquals(JsonTree.NULL, JsonTree.at(json, "udp"), "nobody looked");
        assertEquals(JsonTree.NULL, JsonTree.at(groups(Samples.failed("EPERM")), "groups"));
    }

    @Test
    void saysWithGroupsTooWhatCouldNotBeRead() throws IOException {
        String json = groups(Samples.report().withProblems(List.of("some are hidden")));
        assertEquals("some are hidden", JsonTree.at(json, "problems", 0));
        assertEquals(JsonTree.ABSENT, JsonTree.at(groups(Samples.report()), "problems", 0));
    }

    @Test
    void tellsServingPortsButNoDestinationsWithoutTheRange() throws IOException {
        String json = text(Samples.report(Samples.table(), "no netlink", null), null);
        for (String member : List.of("ephemeral_ports", "destinations")) {
            assertEquals(JsonTree.NULL, JsonTree.at(json, member), member);
        }
        assertEquals("true", JsonTree.at(json, "ports", 0, "listening"));
        assertEquals("no netlink", JsonTree.at(json, "source", "reason"));
        assertEquals("1", JsonTree.at(json, "states", "established"));
    }

    @Test
    void tellsNoShareOfAnEmptyRange() throws IOException {
        BitSet all = new BitSet();
        all.set(32768, 61000);
        EphemeralRange empty = new EphemeralRange(32768, 60999, all);
        String json = text(Samples.report(Samples.table(), null, empty), null);
        assertEquals("0", JsonTree.at(json, "destinations", 0, "ports_available"));
        assertEquals(JsonTree.NULL, JsonTree.at(json, "destinations", 0, "utilisation"));
    }

    @Test
    void saysThatTheNamespaceIsUnknown() throws IOException {
        String json = text(Samples.withoutNamespace(), null);
        assertEquals(JsonTree.NULL, JsonTree.at(json, "namespaces", 0, "inode"));
        assertEquals("current", JsonTree.at(json, "namespaces", 0, "name"));
    }

    @Test
    void tellsOwnersOnlyOfSocketsThatHaveOne() throws IOException {
        SocketTable table = new SocketTable();
        table.begin(TcpState.LAST_ACK, SocketKind.FULL);
        table.putIpv4(1, 1, 1, 1);
        table.putOwner(0, 0);
        table.putCgroup(-1);
        table.commit();
        table.begin(TcpState.ESTABLISHED, SocketKind.FULL);
        table.putIpv4(1, 2, 1, 1);
        table.putOwner(1000, 0);
        table.commit();
        table.begin(TcpState.ESTABLISHED, SocketKind.FULL);
        table.putIpv4(1, 3, 1, 1);
        table.commit();
        table.coverage(Coverage.complete());
        String json = text(Samples.report(table, null, null), table);
        assertEquals(JsonTree.NULL, JsonTree.at(json, "sockets", 0, "uid"));
        assertEquals("0", JsonTree.at(json, "sockets", 0, "inode"));
        assertEquals("18446744073709551615", JsonTree.at(json, "sockets", 0, "cgroup_id"));
        assertEquals("1000", JsonTree.at(json, "sockets", 1, "uid"));
        assertEquals(JsonTree.NULL, JsonTree.at(json, "sockets", 2, "uid"));
        assertEquals(JsonTree.NULL, JsonTree.at(json, "sockets", 2, "send_queue"));
    }

    @Test
    void escapesForeignText() throws IOException {
        String reason = "a \"quoted\" \\ reason\n\u0000\u2028<b>";
        String json = text(Samples.report(Samples.table(), reason, null), null);
        JsonTree.check(json);
        assertEquals(reason, JsonTree.at(json, "source", "reason"));
    }
}
