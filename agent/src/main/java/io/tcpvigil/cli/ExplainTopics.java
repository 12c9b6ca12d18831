// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.Nullable;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Runbook;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.text.NearestName;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What {@code tcpvigil explain} knows: the eleven states, then the topics, each a file {@code explain/NAME.md} beside
 * this class; then the findings, each with its runbook out of {@code grafana/runbooks}, which the build takes into the
 * jar. A list and not a look into the folder, because a folder inside a jar cannot be listed.
 */
final class ExplainTopics {
    /** The topic that tells where Linux deviates; the verdicts of the lab send their readers there. */
    static final String KERNEL_OBJECTS = "kernel-objects";

    private static final int STATES = TcpState.values().length;
    private static final int FINDINGS = FindingId.values().length;

    private static final List<String> NAMES = names();

    /** Other words for a topic: word, topic. */
    private static final String[][] ALIASES = {
        {"three-way", "handshake"},
        {"3whs", "handshake"},
        {"open", "handshake"},
        {"syn", "handshake"},
        {"accept-queue", "listen"},
        {"backlog", "listen"},
        {"four-way", "close"},
        {"fin", "close"},
        {"shutdown", "half-close"},
        {"simultaneous-open", "simultaneous"},
        {"simultaneous-close", "simultaneous"},
        {"seq", "sequence-numbers"},
        {"ack", "sequence-numbers"},
        {"sequence", "sequence-numbers"},
        {"window", "sequence-numbers"},
        {"msl", "2msl"},
        {"time-wait-why", "2msl"},
        {"rst", "reset"},
        {"refused", "reset"},
        {"port", "ports"},
        {"ephemeral", "ports"},
        {"bound-inactive", "bound"},
        {"kernel", "kernel-objects"},
        {"request-sockets", "kernel-objects"},
        {"mini-sockets", "kernel-objects"},
        {"orphans", "kernel-objects"},
    };

    private ExplainTopics() {}

    private static List<String> names() {
        List<String> names = new ArrayList<>();
        for (TcpState state : TcpState.values()) {
            names.add(nameOf(state));
        }
        names.addAll(List.of(
                "handshake",
                "close",
                "half-close",
                "simultaneous",
                "sequence-numbers",
                "2msl",
                "reset",
                "ports",
                "bound",
                "kernel-objects"));
        for (FindingId finding : FindingId.values()) {
            names.add(finding.label());
        }
        return List.copyOf(names);
    }

    /** All names: states, topics, findings. */
    static List<String> all() {
        return NAMES;
    }

    /** The names that are states. */
    static List<String> states() {
        return NAMES.subList(0, STATES);
    }

    /** The names that are neither states nor findings. */
    static List<String> others() {
        return NAMES.subList(STATES, NAMES.size() - FINDINGS);
    }

    /** The names that are findings, as {@code doctor} and the metrics have them. */
    static List<String> findings() {
        return NAMES.subList(NAMES.size() - FINDINGS, NAMES.size());
    }

    /** The name under which a state is explained, such as {@code time-wait}. */
    static String nameOf(TcpState state) {
        return state.displayName().toLowerCase(Locale.ROOT);
    }

    /**
     * The topic that the user means, in any spelling of a name, a state or an alias; null when there is none. A topic
     * goes before a state: {@code close} is the way to end a connection, though {@code ss} prints CLOSED so.
     */
    static @Nullable String find(String typed) {
        String bare = bare(typed);
        for (String name : NAMES) {
            if (bare(name).equals(bare)) {
                return name;
            }
        }
        TcpState state = TcpState.parse(typed);
        if (state != null) {
            return nameOf(state);
        }
        for (String[] alias : ALIASES) {
            String word = bare(alias[0]);
            if (word.equals(bare) || word.equals(bare + 's') || bare.equals(word + 's')) {
                return alias[1];
            }
        }
        return null;
    }

    /** The topic whose name or alias is nearest to what was typed; null when none is near enough to be meant. */
    static @Nullable String nearest(String typed) {
        List<String> words = new ArrayList<>(NAMES);
        for (String[] alias : ALIASES) {
            words.add(alias[0]);
        }
        String nearest = NearestName.of(typed, words);
        return nearest == null ? null : find(nearest);
    }

    /** Reads the text of a name out of {@link #all()}. */
    static ExplainTopic read(String name) {
        return ExplainTopic.parse(name, source(name).lines().toList());
    }

    /** The text as it stands in its file. */
    static String source(String name) {
        int finding = findings().indexOf(name);
        if (finding >= 0) {
            return Runbook.text(FindingId.values()[finding]);
        }
        String file = "explain/" + name + ".md";
        try (InputStream in = ExplainTopics.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is missing from the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    private static String bare(String text) {
        return text.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "").replace(" ", "");
    }
}
