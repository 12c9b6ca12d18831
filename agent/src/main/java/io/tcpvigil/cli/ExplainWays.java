// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.tcp.StateMachine;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.tcp.Transition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The ways into a state and out of it, as sentences made from {@link StateMachine}: nothing about an arrow is written
 * down a second time. Arrows that differ in their other end only share a sentence.
 */
final class ExplainWays {
    private ExplainWays() {}

    /**
     * Arrows that are told together.
     *
     * @param others the states at their other ends, such as {@code ESTABLISHED, CLOSE-WAIT}
     * @param sentences one for each arrow that all of these states have
     */
    record Way(String others, List<String> sentences) {}

    /** From where, and how, a connection enters {@code state}. */
    static List<Way> in(TcpState state) {
        return group(StateMachine.entering(state), Transition::from);
    }

    /** To where, and how, a connection leaves {@code state}. */
    static List<Way> out(TcpState state) {
        return group(StateMachine.leaving(state), Transition::to);
    }

    private static List<Way> group(List<Transition> arrows, Function<Transition, TcpState> otherEnd) {
        Map<String, String> statesOfSentence = new LinkedHashMap<>();
        for (Transition arrow : arrows) {
            statesOfSentence.merge(
                    sentence(arrow), otherEnd.apply(arrow).displayName(), (states, next) -> states + ", " + next);
        }
        Map<String, List<String>> sentencesOfStates = new LinkedHashMap<>();
        statesOfSentence.forEach((sentence, states) -> sentencesOfStates
                .computeIfAbsent(states, each -> new ArrayList<>())
                .add(sentence));
        List<Way> ways = new ArrayList<>();
        sentencesOfStates.forEach((states, sentences) -> ways.add(new Way(states, List.copyOf(sentences))));
        return List.copyOf(ways);
    }

    /** Such as {@code segment with FIN; send ACK [RFC 9293, 3.10.7.4]}. */
    static String sentence(Transition arrow) {
        StringBuilder sentence = new StringBuilder();
        switch (arrow.origin()) {
            case LINUX -> sentence.append(arrow.section()).append(" [Linux only]");
            case RFC -> {
                appendEvent(sentence, arrow);
                sentence.append(" [RFC 9293, ").append(arrow.section()).append(']');
            }
            case RFC_ONLY -> {
                appendEvent(sentence, arrow);
                sentence.append(" [RFC 9293, ").append(arrow.section()).append("; Linux never does this]");
            }
        }
        return sentence.toString();
    }

    private static void appendEvent(StringBuilder sentence, Transition arrow) {
        sentence.append(arrow.event().description());
        if (!arrow.guard().isEmpty()) {
            sentence.append(" (").append(arrow.guard()).append(')');
        }
        if (!arrow.action().isEmpty()) {
            sentence.append("; ").append(arrow.action());
        }
    }
}
