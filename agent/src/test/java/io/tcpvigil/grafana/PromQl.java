// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** As much of PromQL as is needed to see what an expression asks for. Whether it is valid, Prometheus itself says. */
final class PromQl {
    private static final Pattern GROUPING =
            Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");

    private static final Pattern SELECTOR =
            Pattern.compile("(?<![\\w.$\"])([a-zA-Z_:][\\w:]*)\\s*(\\{[^}]*\\})?\\s*(\\[[^\\]]*\\])?");

    private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\\s*\"");
    private static final Pattern FUNCTION = Pattern.compile("([a-z_0-9]+)\\s*\\(\\s*$");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset", "topk", "Inf");

    private PromQl() {}

    /**
     * What an expression asks for.
     *
     * @param name of the metric
     * @param labels that it matches
     * @param range such as {@code [5m]}; empty for none
     * @param function that is called with it, and nothing around it; empty for none
     */
    record Selector(String name, Set<String> labels, String range, String function) {}

    static List<Selector> selectors(String expression) {
        String bare = GROUPING.matcher(expression).replaceAll(" ");
        List<Selector> selectors = new ArrayList<>();
        Matcher found = SELECTOR.matcher(bare);
        while (found.find()) {
            boolean call = found.group(2) == null
                    && found.group(3) == null
                    && bare.substring(found.end()).stripLeading().startsWith("(");
            if (call || WORDS.contains(found.group(1))) {
                continue;
            }
            Set<String> labels = new TreeSet<>();
            if (found.group(2) != null) {
                Matcher matcher = MATCHER.matcher(found.group(2));
                while (matcher.find()) {
                    labels.add(matcher.group(1));
                }
            }
            Matcher function = FUNCTION.matcher(bare.substring(0, found.start()));
            selectors.add(new Selector(
                    found.group(1),
                    labels,
                    found.group(3) == null ? "" : found.group(3),
                    function.find() ? function.group(1) : ""));
        }
        return selectors;
    }

    /** The labels by which an expression groups or joins. */
    static Set<String> groupingLabels(String expression) {
        Set<String> labels = new TreeSet<>();
        Matcher grouping = GROUPING.matcher(expression);
        while (grouping.find()) {
            for (String label : grouping.group(1).split(",", -1)) {
                if (!label.isBlank()) {
                    labels.add(label.strip());
                }
            }
        }
        return labels;
    }
}
