// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.Nullable;
import io.tcpvigil.lab.wire.Segment;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.List;

/** What happened in a run, line by line. */
public final class Ladder {
    /** What a line is about. */
    public enum Kind {
        /** A system call of the application, or a setting. */
        LOCAL,
        FROM_KERNEL,
        FROM_PEER,
        /** A word of explanation. */
        NOTE
    }

    /**
     * One line.
     *
     * @param connection its number, from 1
     * @param text of a call or note; empty for a segment
     * @param segment null when the line is none
     * @param sequenceBase the number that counts as 0 in the segment's sequence numbers
     * @param acknowledgmentBase the same for its acknowledgments
     * @param expected the state by RFC 9293 after the line; null where nobody looked
     * @param shown the state that the kernel showed (CLOSED for none); null where nobody looked, or observers differ
     * @param deviates whether the kernel differs from the RFC here in a known way
     */
    public record Line(
            Kind kind,
            int connection,
            String text,
            @Nullable Segment segment,
            int sequenceBase,
            int acknowledgmentBase,
            @Nullable TcpState expected,
            @Nullable TcpState shown,
            boolean deviates) {}

    private final List<Line> lines = new ArrayList<>();

    void text(Kind kind, int connection, String text) {
        lines.add(new Line(kind, connection, text, null, 0, 0, null, null, false));
    }

    void segment(Kind kind, int connection, Segment segment, int sequenceBase, int acknowledgmentBase) {
        lines.add(new Line(kind, connection, "", segment, sequenceBase, acknowledgmentBase, null, null, false));
    }

    /** Writes the state beside the last line. */
    void state(int connection, TcpState expected, @Nullable TcpState shown, boolean deviates) {
        int at = lines.size() - 1;
        if (at < 0 || lines.get(at).expected() != null || lines.get(at).connection() != connection) {
            text(Kind.LOCAL, connection, "");
            at = lines.size() - 1;
        }
        Line line = lines.get(at);
        lines.set(
                at,
                new Line(
                        line.kind(),
                        line.connection(),
                        line.text(),
                        line.segment(),
                        line.sequenceBase(),
                        line.acknowledgmentBase(),
                        expected,
                        shown,
                        deviates));
    }

    List<Line> lines() {
        return List.copyOf(lines);
    }
}
