// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonWriter;
import io.prometheus.client.exporter.common.TextFormat;
import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Findings;
import io.tcpvigil.findings.Holder;
import io.tcpvigil.findings.Level;
import io.tcpvigil.findings.Measure;
import io.tcpvigil.findings.Scope;
import io.tcpvigil.findings.Severity;
import io.tcpvigil.report.Report;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FindingsExportTest {
    private static final Finding LEAK = new Finding(
            FindingId.CLOSE_WAIT_LEAK,
            Severity.CRITICAL,
            new Scope(Scope.Kind.PROCESS, "java/4711"),
            1104,
            "java/4711 does not close",
            List.of(
                    new Measure("close_wait", 1104, "socket table"),
                    new Measure("growth_per_second", 0.6, "looks compared"),
                    new Measure("open_files", -1, "/proc/PID/fd")),
            "The peer has closed.",
            "Close.",
            "tcpvigil snapshot",
            List.of(8080),
            List.of(new Holder(4711, "java", "app.service")),
            4_200);
    private static final Findings FINDINGS = new Findings(
            List.of(LEAK),
            List.of(new Level(
                    FindingId.ACCEPT_QUEUE_FULL, new Scope(Scope.Kind.PORT, "80"), "accept queue", 3, 129, 0.03)),
            List.of("orphan_pressure: not told"),
            Set.of(),
            22,
            "");

    private static Report report(Findings findings) {
        return report(Samples.report(), findings);
    }

    private static Report report(Report plain, Findings findings) {
        return new Report(
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
                plain.ports(),
                plain.services(),
                null,
                findings);
    }

    @Test
    void writesFindingsIntoTheReport() throws IOException {
        StringWriter text = new StringWriter();
        ReportJson.write(report(FINDINGS), null, new JsonWriter(text));
        assertEquals(
                "[{\"id\":\"close_wait_leak\",\"severity\":\"critical\","
                        + "\"scope\":{\"kind\":\"process\",\"name\":\"java/4711\"},\"count\":1104,"
                        + "\"headline\":\"java/4711 does not close\","
                        + "\"evidence\":{\"close_wait\":1104,\"growth_per_second\":0.6,\"open_files\":null},"
                        + "\"sources\":{\"close_wait\":\"socket table\",\"growth_per_second\":\"looks compared\","
                        + "\"open_files\":\"/proc/PID/fd\"},"
                        + "\"meaning\":\"The peer has closed.\",\"remedy\":\"Close.\",\"command\":\"tcpvigil snapshot\","
                        + "\"runbook\":\"close_wait_leak\",\"ports\":[8080],"
                        + "\"processes\":[{\"pid\":4711,\"name\":\"java\",\"unit\":\"app.service\"}],\"for_seconds\":4.2}]",
                JsonParser.parseString(text.toString())
                        .getAsJsonObject()
                        .get("findings")
                        .toString());
    }

    @Test
    void leavesFindingsOutOfAReportForWhichNobodyLooked() throws IOException {
        StringWriter text = new StringWriter();
        ReportJson.write(Samples.report(), null, new JsonWriter(text));
        assertFalse(JsonParser.parseString(text.toString()).getAsJsonObject().has("findings"));
    }

    @Test
    void writesWhatWasNotCheckedAndWhatIsClosestIntoTheDocument() throws IOException {
        StringWriter text = new StringWriter();
        FindingsJson.writeDocument(
                report(FINDINGS),
                FINDINGS,
                List.of(),
                FINDINGS.raised(),
                "unknown",
                5_000_000_000L,
                new JsonWriter(text));
        JsonObject document = JsonParser.parseString(text.toString()).getAsJsonObject();
        assertEquals("tcpvigil.doctor/1", document.get("schema").getAsString());
        assertEquals("unknown", document.get("status").getAsString());
        assertEquals(0, document.getAsJsonArray("findings").size());
        assertEquals(
                FINDINGS.raised().size(),
                document.getAsJsonArray("of_unknown_process").size());
        assertEquals(22, document.get("checked").getAsInt());
        assertEquals(
                "[\"orphan_pressure: not told\"]", document.get("unchecked").toString());
        assertEquals(
                3,
                document.getAsJsonArray("closest")
                        .get(0)
                        .getAsJsonObject()
                        .get("value")
                        .getAsInt());
    }

    private static String metrics(Report report) throws IOException {
        StringWriter text = new StringWriter();
        MetricsPage.ofAll(new FindingsCollector(() -> report)).write(TextFormat.CONTENT_TYPE_004, text);
        return text.toString();
    }

    @Test
    void showsEveryDetectorWithEachSeverity() throws IOException {
        String text = metrics(report(FINDINGS));
        assertEquals(
                2L * FindingId.values().length,
                text.lines()
                        .filter(line -> line.startsWith("tcpvigil_finding{"))
                        .count());
        assertTrue(text.contains("tcpvigil_finding{finding=\"close_wait_leak\",severity=\"critical\",} 1.0\n"), text);
        assertTrue(text.contains("tcpvigil_finding{finding=\"close_wait_leak\",severity=\"warning\",} 0.0\n"), text);
        assertEquals(1, text.lines().filter(line -> line.endsWith(" 1.0")).count());
    }

    @Test
    void showsNothingOfADetectorThatCouldLookAtNothing() throws IOException {
        Findings blind = new Findings(
                FINDINGS.raised(),
                FINDINGS.closest(),
                FINDINGS.unchecked(),
                Set.of(FindingId.ORPHAN_PRESSURE, FindingId.CLOSE_WAIT_LEAK),
                22,
                "");
        String text = metrics(report(blind));
        assertFalse(text.contains("orphan_pressure"), "unknown is not zero");
        assertTrue(text.contains("tcpvigil_finding{finding=\"close_wait_leak\",severity=\"critical\",} 1.0\n"), text);
        assertFalse(text.contains("finding=\"close_wait_leak\",severity=\"warning\""), text);
        assertTrue(text.contains("tcpvigil_finding{finding=\"time_wait_pile\",severity=\"warning\",} 0.0\n"), text);
    }

    @Test
    void tellsNoOldFindingsWhileNothingCanBeRead() throws IOException {
        Report failed = report(Samples.failed("ENOENT"), FINDINGS);
        assertEquals("""
                tcpvigil_finding{finding="sampling_blind",severity="warning",} 1.0
                tcpvigil_finding{finding="sampling_blind",severity="critical",} 0.0
                tcpvigil_finding_size{finding="sampling_blind",} 1.0
                """, metrics(failed).replaceAll("#.*\n", ""));
        StringWriter text = new StringWriter();
        ReportJson.write(failed, null, new JsonWriter(text));
        JsonObject document = JsonParser.parseString(text.toString()).getAsJsonObject();
        assertTrue(document.get("findings").isJsonNull(), text.toString());
        assertTrue(document.get("findings_unchecked").isJsonNull(), text.toString());
        Findings switchedOff = new Findings(List.of(), List.of(), List.of(), Set.of(FindingId.SAMPLING_BLIND), 21, "");
        assertEquals("", metrics(report(Samples.failed("ENOENT"), switchedOff)).replaceAll("#.*\n", ""));
    }

    @Test
    void showsNoneBeforeAnybodyLooked() throws IOException {
        assertEquals("", metrics(Samples.report()));
    }
}
