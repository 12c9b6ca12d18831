// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.Nullable;
import io.tcpvigil.export.MetricsPage;
import io.tcpvigil.export.ReportJson;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Runbook;
import io.tcpvigil.report.Report;
import io.tcpvigil.web.http.Request;
import java.util.HashMap;
import java.util.Map;

/** What lies at which path. All of it comes from the last published report. */
final class Pages {
    private static final String INDENT = "  ";
    private static final String JSON = "application/json";

    /** Makes the response for one path. */
    interface Page {
        /** Of the forms in which the page can be had, the one that the client likes best. */
        default String form(Request request) {
            return "";
        }

        /** Makes the response in a form that {@link #form} gave. */
        Response response(String form);

        /** Whether it is so little work that it is done at once, whoever else is being served. */
        default boolean isLight() {
            return false;
        }
    }

    private record Light(Page page) implements Page {
        @Override
        public Response response(String form) {
            return page.response(form);
        }

        @Override
        public boolean isLight() {
            return true;
        }
    }

    private record Metrics(MetricsPage page) implements Page {
        @Override
        public String form(Request request) {
            return MetricsPage.contentType(request.first("accept"));
        }

        @Override
        public Response response(String form) {
            return Response.of(form, out -> page.write(form, out));
        }
    }

    private final Map<String, Page> pages = new HashMap<>();

    /** @throws IllegalArgumentException if the metrics cannot lie at {@code telemetryPath} */
    Pages(String telemetryPath, LastSample sample, MetricsPage metrics, StatusJson status) {
        Readiness readiness = new Readiness(sample);
        LandingPage landing = new LandingPage(sample, readiness, telemetryPath);
        pages.put("/", form -> new Response(200, LandingPage.CONTENT_TYPE, landing.policy(), landing::write));
        pages.put("/-/healthy", new Light(form -> Response.line(200, "ok")));
        pages.put("/-/ready", new Light(form -> {
            String reason = readiness.reason();
            return reason == null ? Response.line(200, "ok") : Response.line(503, reason);
        }));
        pages.put(
                "/api/v1/status",
                new Light(form -> Response.of(JSON, out -> {
                    JsonWriter json = new JsonWriter(out);
                    json.setIndent(INDENT);
                    status.write(sample, readiness.reason(), json);
                    json.flush();
                    out.write('\n');
                })));
        pages.put("/api/v1/report", form -> report(sample.report()));
        for (FindingId id : FindingId.values()) {
            pages.put(
                    "/runbooks/" + id.label(),
                    form -> Response.of("text/plain; charset=utf-8", out -> out.write(Runbook.text(id))));
        }
        if (!telemetryPath.startsWith("/") || pages.containsKey(telemetryPath)) {
            throw new IllegalArgumentException("the path of the metrics must start with / and be none of "
                    + pages.keySet() + ": " + telemetryPath);
        }
        pages.put(telemetryPath, new Metrics(metrics));
    }

    private static Response report(@Nullable Report report) {
        if (report == null) {
            return Response.line(503, "no sample has been taken yet");
        }
        return Response.of(JSON, out -> {
            JsonWriter json = new JsonWriter(out);
            json.setIndent(INDENT);
            ReportJson.write(report, null, json);
            json.flush();
            out.write('\n');
        });
    }

    /** What lies at a path; null when nothing does. */
    @Nullable
    Page at(String path) {
        return pages.get(path);
    }
}
