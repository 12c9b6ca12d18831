// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.Nullable;
import io.tcpvigil.export.Rfc3339;
import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.ports.PortClass;
import io.tcpvigil.ports.PortUse;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.StateCounts;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The page for people: the states of the last sample, the listening ports, and what there is to doubt. One document that
 * loads nothing and runs nothing; the only style that its policy allows is its own, by the hash.
 */
final class LandingPage {
    static final String CONTENT_TYPE = "text/html; charset=utf-8";

    /** Listening ports shown; the JSON has them all. */
    private static final int MAX_PORTS = 200;

    /** Addresses shown of one port. */
    private static final int MAX_ADDRESSES = 4;

    private final LastSample sample;
    private final Readiness readiness;
    private final String telemetryPath;
    private final String style;
    private final String policy;

    LandingPage(LastSample sample, Readiness readiness, String telemetryPath) {
        this.sample = sample;
        this.readiness = readiness;
        this.telemetryPath = telemetryPath;
        this.style = readStyle();
        this.policy = "default-src 'none'; style-src 'sha256-" + sha256(style)
                + "'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    /** What a browser may do with the page. */
    String policy() {
        return policy;
    }

    private static String readStyle() {
        try (InputStream in = LandingPage.class.getResourceAsStream("page.css")) {
            if (in == null) {
                throw new IllegalStateException("page.css is missing from the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Writes the page as of now. */
    void write(Writer out) throws IOException {
        Html html = new Html(out);
        Report report = sample.report();
        html.markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.markup("<link rel=\"icon\" href=\"data:,\">\n<title>");
        if (report != null) {
            html.text(report.host().name()).markup(" – ");
        }
        html.markup("tcpvigil</title>\n<style>").markup(style).markup("</style>\n</head>\n<body>\n");
        writeHeader(html, report);
        html.markup("<main>\n");
        if (report == null) {
            writeNotice(html, "No data", "no sample has been taken yet");
        } else {
            writeDoubts(html, report);
            if (report.coverage().extent() != Coverage.Extent.FAILED) {
                writeStates(html, report);
                writePorts(html, report);
            }
        }
        html.markup("</main>\n</body>\n</html>\n");
    }

    private void writeHeader(Html html, @Nullable Report report) throws IOException {
        html.markup("<header>\n<h1>tcpvigil");
        if (report != null) {
            html.markup(" <span class=\"host\">").text(report.host().name()).markup("</span>");
        }
        html.markup("</h1>\n");
        if (report != null) {
            Report.Source source = report.source();
            html.markup("<p class=\"facts\">Sampled ");
            html.text(Durations.text(sample.ageNanos(report))).markup(" ago (<time datetime=\"");
            html.text(Rfc3339.utc(report.takenAt())).markup("\">");
            html.text(Rfc3339.utc(report.takenAt())).markup("</time>) from ");
            html.text(source.name()).markup(" in ").text(Durations.text(source.durationNanos()));
            html.markup(" · kernel ").text(report.host().kernel());
            if (report.host().networkNamespace() != Report.Host.UNKNOWN_NAMESPACE) {
                html.markup(" · network namespace ")
                        .text(Long.toString(report.host().networkNamespace()));
            }
            html.markup("</p>\n");
        }
        html.markup("<nav>\n<a href=\"/\">Reload</a>\n<a href=\"")
                .text(telemetryPath)
                .markup("\">Metrics</a>\n");
        html.markup("<a href=\"/api/v1/report\">Report (JSON)</a>\n");
        html.markup("<a href=\"/api/v1/status\">Status (JSON)</a>\n<a href=\"/-/healthy\">Health</a>\n");
        html.markup("<a href=\"/-/ready\">Readiness</a>\n</nav>\n</header>\n");
    }

    /** Tells all that makes the numbers less than the truth. */
    private void writeDoubts(Html html, Report report) throws IOException {
        Coverage coverage = report.coverage();
        switch (coverage.extent()) {
            case COMPLETE -> {}
            case PARTIAL -> writeNotice(html, "Partial", "some sockets are missing: " + coverage.reason());
            case FAILED -> writeNotice(html, "Failed", "the last sample failed: " + coverage.reason());
        }
        String stale = readiness.staleness(report);
        if (stale != null) {
            writeNotice(html, "Stale", stale);
        }
        String reason = report.source().reason();
        if (reason != null) {
            writeNotice(html, "Degraded", "the source is " + report.source().name() + ": " + reason);
        }
        for (String problem : report.problems()) {
            writeNotice(html, "Not read", problem);
        }
        if (!report.unknownStates().isEmpty()) {
            writeNotice(html, "Unknown states", unknownStates(report.unknownStates()));
        }
    }

    private static String unknownStates(Map<Integer, Integer> rows) {
        StringBuilder text = new StringBuilder("sockets in a state that this version does not know are not counted:");
        for (Map.Entry<Integer, Integer> each : new TreeMap<>(rows).entrySet()) {
            text.append(' ')
                    .append(each.getValue())
                    .append(" in number ")
                    .append(each.getKey())
                    .append(';');
        }
        text.setLength(text.length() - 1);
        return text.toString();
    }

    private static void writeNotice(Html html, String title, String text) throws IOException {
        html.markup("<p class=\"notice\"><strong>").text(title).markup("</strong> ");
        html.text(text).markup("</p>\n");
    }

    private static void writeStates(Html html, Report report) throws IOException {
        StateCounts all = report.states();
        html.markup(
                "<section>\n<h2>Sockets by state</h2>\n<div class=\"wide\">\n<table class=\"states\">\n<thead><tr>");
        html.markup("<th scope=\"col\">State</th><th scope=\"col\" class=\"n\"><i class=\"v4\"></i>IPv4</th>");
        html.markup("<th scope=\"col\" class=\"n\"><i class=\"v6\"></i>IPv6</th>");
        html.markup("<th scope=\"col\" class=\"n\">All</th><td class=\"bar\"></td></tr></thead>\n<tbody>\n");
        long largest = 1;
        for (TcpState state : TcpState.values()) {
            largest = Math.max(largest, all.of(state));
        }
        for (TcpState state : TcpState.values()) {
            if (state != TcpState.CLOSED) {
                writeState(
                        html,
                        state.displayName(),
                        report.ipv4().of(state),
                        report.ipv6().of(state),
                        largest);
            }
        }
        html.markup("</tbody>\n<tfoot>\n");
        writeSum(html, "All states", report.ipv4().total(), report.ipv6().total());
        if (report.source().showsBound()) {
            writeSum(html, "Bound only", report.ipv4().bound(), report.ipv6().bound());
        } else {
            html.markup("<tr><th scope=\"row\">Bound only</th><td class=\"n\" colspan=\"3\">unknown</td>");
            html.markup("<td class=\"bar\"></td></tr>\n");
        }
        html.markup("</tfoot>\n</table>\n</div>\n</section>\n");
    }

    private static void writeState(Html html, String name, long ipv4, long ipv6, long largest) throws IOException {
        html.markup(ipv4 + ipv6 == 0 ? "<tr class=\"none\">" : "<tr>");
        writeCounts(html, name, ipv4, ipv6);
        html.markup(
                "<td class=\"bar\"><svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
        long first = width(ipv4, largest);
        html.markup("<rect class=\"v4\" width=\"" + first + "\" height=\"10\"/>");
        html.markup("<rect class=\"v6\" x=\"" + first + "\" width=\"" + width(ipv6, largest) + "\" height=\"10\"/>");
        html.markup("</svg></td></tr>\n");
    }

    /** The length of a bar in thousandths; never nothing for something. */
    private static long width(long count, long largest) {
        return count == 0 ? 0 : Math.max(4, count * 1000 / largest);
    }

    private static void writeSum(Html html, String name, long ipv4, long ipv6) throws IOException {
        html.markup("<tr>");
        writeCounts(html, name, ipv4, ipv6);
        html.markup("<td class=\"bar\"></td></tr>\n");
    }

    private static void writeCounts(Html html, String name, long ipv4, long ipv6) throws IOException {
        html.markup("<th scope=\"row\">")
                .text(name)
                .markup("</th><td class=\"n\">")
                .number(ipv4);
        html.markup("</td><td class=\"n\">").number(ipv6);
        html.markup("</td><td class=\"n\">").number(ipv4 + ipv6).markup("</td>");
    }

    private static void writePorts(Html html, Report report) throws IOException {
        html.markup("<section>\n<h2>Listening ports</h2>\n");
        PortBreakdown breakdown = report.ports();
        int listening = 0;
        for (PortUse use : breakdown.ports()) {
            if (use.listeners().isEmpty()) {
                continue;
            }
            if (listening == 0) {
                html.markup("<div class=\"wide\">\n<table>\n<thead><tr><th scope=\"col\" class=\"n\">Port</th>");
                html.markup("<th scope=\"col\">Service</th><th scope=\"col\">Address</th>");
                html.markup("<th scope=\"col\" class=\"n\">Accept queue</th>");
                html.markup("<th scope=\"col\" class=\"n\">Connec&shy;tions</th></tr></thead>\n<tbody>\n");
            }
            listening++;
            if (listening <= MAX_PORTS) {
                writePort(html, use, report.services().tcp(use.port()));
            }
        }
        html.markup(listening == 0 ? "<p>No socket listens.</p>\n" : "</tbody>\n</table>\n</div>\n");
        if (listening > MAX_PORTS) {
            html.markup("<p>").number(listening - MAX_PORTS).markup(" more ports are in the JSON report.</p>\n");
        }
        html.markup("</section>\n");
    }

    private static void writePort(Html html, PortUse use, @Nullable String service) throws IOException {
        html.markup("<tr><th scope=\"row\" class=\"n\">")
                .text(Integer.toString(use.port()))
                .markup("</th><td>");
        html.text(service == null ? "–" : service);
        html.markup(" <small class=\"class\">").text(PortClass.of(use.port()).label());
        html.markup("</small></td><td class=\"address\">");
        writeAddresses(html, use.listeners());
        html.markup("</td><td class=\"n\">");
        writeQueue(html, use.acceptQueueLength(), use.acceptQueueLimit());
        html.markup("</td><td class=\"n\">").number(use.states().connections()).markup("</td></tr>\n");
    }

    /** Writes each address once: listeners that share port and address (SO_REUSEPORT) are many of the same. */
    private static void writeAddresses(Html html, List<PortUse.Listener> listeners) throws IOException {
        Set<String> addresses = new LinkedHashSet<>();
        for (PortUse.Listener listener : listeners) {
            addresses.add(listener.local().address().toString());
        }
        int shown = 0;
        for (String address : addresses) {
            if (shown == MAX_ADDRESSES) {
                html.markup(" <small>+").number(addresses.size() - (long) shown).markup("</small>");
                return;
            }
            html.markup(shown == 0 ? "" : "<br>").text(address);
            shown++;
        }
    }

    private static void writeQueue(Html html, long length, long limit) throws IOException {
        if (length == PortUse.UNKNOWN && limit == PortUse.UNKNOWN) {
            html.markup("unknown");
            return;
        }
        if (length == PortUse.UNKNOWN) {
            html.markup("?");
        } else {
            html.number(length);
        }
        html.markup(" of ");
        if (limit == PortUse.UNKNOWN) {
            html.markup("?");
        } else {
            html.number(limit);
        }
    }
}
