// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.findings.FindingId;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The recording rules and alerts: that they ask for what there is, and say what is to be done. */
class RulesTest {
    private static final Pattern RUNBOOK = Pattern.compile("/runbooks/([a-z_0-9]+|\\{\\{ \\$labels\\.finding }})$");
    private static final Pattern FINDING = Pattern.compile("finding=\"(\\w+)\"");
    private static final Pattern LABEL = Pattern.compile("\\$labels\\.(\\w+)");

    static List<PrometheusFiles.Rule> alerts() {
        return PrometheusFiles.alerts();
    }

    static List<PrometheusFiles.Rule> rules() {
        return PrometheusFiles.rules();
    }

    private static Set<String> check(String expression) throws IOException {
        KnownMetrics known = KnownMetrics.read();
        Set<String> labels = new TreeSet<>();
        List<PromQl.Selector> selectors = PromQl.selectors(expression);
        assertFalse(selectors.isEmpty(), expression);
        for (PromQl.Selector selector : selectors) {
            Set<String> own = known.labels(selector.name());
            assertFalse(own.isEmpty(), selector.name() + " is unknown, in " + expression);
            assertTrue(own.containsAll(selector.labels()), selector + " with labels that it has not");
            assertEquals(known.isCounter(selector.name()), selector.function().equals("rate"), expression);
            labels.addAll(own);
        }
        assertTrue(labels.containsAll(PromQl.groupingLabels(expression)), expression);
        return labels;
    }

    @ParameterizedTest
    @MethodSource("rules")
    void recordsWhatItsNameSays(PrometheusFiles.Rule rule) throws IOException {
        check(rule.expression());
        assertTrue(rule.name().matches("(instance|job)(_[a-z_]+)?:[a-z_]+:[a-z0-9_]+"), rule.name());
        assertTrue(rule.name().startsWith("job") || rule.name().startsWith("instance"), rule.name());
        // What is kept for a job must not grow with its hosts, but for the worst of them.
        if (rule.name().startsWith("job") && !rule.name().contains("instance:")) {
            assertTrue(
                    rule.name().endsWith("topk20") || !kept(rule.expression()).contains("instance"), rule.name());
        }
    }

    /** The labels of the outermost grouping. */
    private static Set<String> kept(String expression) {
        Matcher first = Pattern.compile("^\\w+ by \\(([^)]*)\\)").matcher(expression);
        return first.find() ? new HashSet<>(Arrays.asList(first.group(1).split(", ", -1))) : Set.of();
    }

    @ParameterizedTest
    @MethodSource("alerts")
    void saysWhatIsWrongAndWhatToDo(PrometheusFiles.Rule alert) throws IOException {
        Set<String> labels = check(alert.expression());
        labels.addAll(alert.labels().keySet());
        assertTrue(alert.name().startsWith("Tcpvigil"), alert.name());
        assertTrue(alert.patience().matches("\\d+m"), alert.name() + " must be patient");
        assertEquals(
                Set.of("summary", "description", "runbook_url"),
                alert.annotations().keySet());
        for (String annotation : alert.annotations().values()) {
            Matcher label = LABEL.matcher(annotation);
            while (label.find()) {
                assertTrue(labels.contains(label.group(1)), alert.name() + " names " + label.group(1));
            }
        }
        String summary = String.valueOf(alert.annotations().get("summary"));
        assertTrue(summary.endsWith("."), summary);
        // A number: of the alert, of a query, or of the time.
        assertTrue(summary.matches("(?s).*(\\$value|query|\\d).*"), summary);
        String severity = alert.labels().get("severity");
        assertTrue(severity == null ? labels.contains("severity") : severity.matches("warning|critical"), alert.name());
        Matcher runbook = RUNBOOK.matcher(String.valueOf(alert.annotations().get("runbook_url")));
        assertTrue(runbook.find(), alert.name());
        Set<String> known =
                Arrays.stream(FindingId.values()).map(FindingId::label).collect(Collectors.toSet());
        assertTrue(runbook.group(1).startsWith("{{") || known.contains(runbook.group(1)), alert.name());
    }

    @ParameterizedTest
    @EnumSource
    void hasOneAlertForEachFinding(FindingId id) {
        int alerts = 0;
        for (PrometheusFiles.Rule alert : PrometheusFiles.alerts()) {
            Matcher finding = FINDING.matcher(alert.expression());
            if (finding.find() && finding.group(1).equals(id.label())) {
                alerts++;
                assertEquals(camelCase(id.label()), alert.name());
                assertTrue(
                        String.valueOf(alert.annotations().get("runbook_url")).endsWith("/runbooks/" + id.label()));
            }
        }
        assertEquals(1, alerts);
    }

    private static String camelCase(String label) {
        return Arrays.stream(label.split("_", -1))
                .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining("", "Tcpvigil", ""));
    }

    @Test
    void namesNoneTwice() {
        Set<String> names = new HashSet<>();
        for (PrometheusFiles.Rule alert : PrometheusFiles.alerts()) {
            assertTrue(names.add(alert.name()), alert.name());
        }
        for (PrometheusFiles.Rule rule : PrometheusFiles.rules()) {
            assertTrue(names.add(rule.name() + rule.labels()), rule.name());
        }
    }
}
