// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.Findings;
import io.tcpvigil.findings.Holder;
import io.tcpvigil.findings.Level;
import io.tcpvigil.findings.Measure;
import io.tcpvigil.findings.Scope;
import io.tcpvigil.report.Report;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/**
 * Findings as JSON: the member {@code findings} of a report, and the document {@value #SCHEMA}.
 *
 * <pre>{@code
 * {"id": "close_wait_leak", "severity": "critical", "scope": {"kind": "process", "name": "java/4711"}, "count": 1104,
 *  "headline": "...", "evidence": {"close_wait": 1104, ...}, "sources": {"close_wait": "socket table", ...},
 *  "meaning": "...", "remedy": "...", "command": "tcpvigil snapshot ...", "runbook": "close_wait_leak",
 *  "ports": [8080], "processes": [{"pid": 4711, "name": "java", "unit": "app.service"}], "for_seconds": 4.2}
 * }</pre>
 */
public final class FindingsJson {
    /** The name and version of the form. */
    public static final String SCHEMA = "tcpvigil.doctor/1";

    private static final int DIGITS = 4;

    private FindingsJson() {}

    /**
     * Writes a document. The caller sets the indent and closes.
     *
     * @param shown those of the findings that somebody asked for
     * @param nobodys those that may be what somebody asked for, and nobody knows
     * @param lookedNanos for how long it was looked
     */
    public static void writeDocument(
            Report report,
            Findings findings,
            List<Finding> shown,
            List<Finding> nobodys,
            String status,
            long lookedNanos,
            JsonWriter json)
            throws IOException {
        json.beginObject();
        json.name("schema").value(SCHEMA);
        json.name("taken_at").value(Rfc3339.utc(report.takenAt()));
        JsonValues.decimal(json, "looked_seconds", lookedNanos, 9);
        json.name("status").value(status);
        json.name("source").value(report.source().name());
        json.name("findings");
        write(shown, json);
        json.name("of_unknown_process");
        write(nobodys, json);
        json.name("checked").value(findings.checked());
        json.name("unchecked");
        writeUnchecked(findings, json);
        json.name("closest").beginArray();
        for (Level level : findings.closest()) {
            json.beginObject();
            json.name("finding").value(level.id().label());
            scope(level.scope(), json);
            json.name("what").value(level.what());
            number(json, "value", level.value());
            number(json, "limit", level.limit());
            number(json, "pressure", level.pressure());
            json.endObject();
        }
        json.endArray();
        json.endObject();
    }

    /** Writes an array of what could not be looked for, with the reason. */
    static void writeUnchecked(Findings findings, JsonWriter json) throws IOException {
        json.beginArray();
        for (String reason : findings.unchecked()) {
            json.value(reason);
        }
        json.endArray();
    }

    /** Writes an array. */
    static void write(List<Finding> findings, JsonWriter json) throws IOException {
        json.beginArray();
        for (Finding finding : findings) {
            write(finding, json);
        }
        json.endArray();
    }

    private static void write(Finding finding, JsonWriter json) throws IOException {
        json.beginObject();
        json.name("id").value(finding.id().label());
        json.name("severity").value(finding.severity().label());
        scope(finding.scope(), json);
        json.name("count").value(finding.count());
        json.name("headline").value(finding.headline());
        json.name("evidence").beginObject();
        for (Measure measure : finding.evidence()) {
            number(json, measure.name(), measure.value());
        }
        json.endObject();
        json.name("sources").beginObject();
        for (Measure measure : finding.evidence()) {
            json.name(measure.name()).value(measure.source());
        }
        json.endObject();
        json.name("meaning").value(finding.meaning());
        json.name("remedy").value(finding.remedy());
        json.name("command").value(finding.command());
        json.name("runbook").value(finding.anchor());
        json.name("ports").beginArray();
        for (int port : finding.ports()) {
            json.value(port);
        }
        json.endArray();
        json.name("processes").beginArray();
        for (Holder holder : finding.holders()) {
            json.beginObject();
            json.name("pid").value(holder.pid());
            json.name("name").value(holder.name());
            json.name("unit").value(holder.unit());
            json.endObject();
        }
        json.endArray();
        JsonValues.decimal(json, "for_seconds", finding.forMillis(), 3);
        json.endObject();
    }

    private static void scope(Scope scope, JsonWriter json) throws IOException {
        json.name("scope").beginObject();
        json.name("kind").value(scope.kind().label());
        json.name("name").value(scope.name().isEmpty() ? null : scope.name());
        json.endObject();
    }

    /** Negative and no number: not known. */
    private static void number(JsonWriter json, String name, double value) throws IOException {
        json.name(name);
        if (Double.isNaN(value) || Double.isInfinite(value) || value < 0) {
            json.nullValue();
        } else {
            BigDecimal rounded = BigDecimal.valueOf(value).setScale(DIGITS, RoundingMode.HALF_UP);
            json.jsonValue(
                    rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString());
        }
    }
}
