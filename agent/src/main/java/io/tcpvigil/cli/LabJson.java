// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.lab.Deviation;
import io.tcpvigil.lab.Ladder;
import io.tcpvigil.lab.Outcome;
import io.tcpvigil.lab.wire.Flag;
import io.tcpvigil.lab.wire.Segment;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Locale;

/**
 * The outcome of a scenario as one line of JSON. {@code expected} and {@code observed} have an entry for each look at the
 * state, null in {@code observed} where the observers differed. Sequence numbers are relative, or as they were on the
 * wire.
 */
final class LabJson {
    private LabJson() {}

    static String line(Outcome outcome, boolean absolute) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.beginObject();
            json.name("schema").value("tcpvigil.lab/1");
            json.name("scenario").value(outcome.scenario().name());
            json.name("role").value(outcome.role().label());
            json.name("family").value(outcome.family().displayName().toLowerCase(Locale.ROOT));
            json.name("verdict").value(outcome.verdict().label());
            json.name("failure").value(outcome.failure().isEmpty() ? null : outcome.failure());
            json.name("deviations").beginArray();
            for (Deviation deviation : outcome.deviations()) {
                json.value(deviation.id());
            }
            json.endArray();
            json.name("expected").beginArray();
            for (Ladder.Line line : outcome.ladder()) {
                TcpState expected = line.expected();
                if (expected != null) {
                    json.value(expected.label());
                }
            }
            json.endArray();
            json.name("observed").beginArray();
            for (Ladder.Line line : outcome.ladder()) {
                if (line.expected() != null) {
                    TcpState shown = line.shown();
                    json.value(shown == null ? null : shown.label());
                }
            }
            json.endArray();
            json.name("segments").beginArray();
            for (Ladder.Line line : outcome.ladder()) {
                segment(json, line, absolute);
            }
            json.endArray();
            json.endObject();
        }
        return text.toString();
    }

    private static void segment(JsonWriter json, Ladder.Line line, boolean absolute) throws IOException {
        Segment segment = line.segment();
        if (segment == null) {
            return;
        }
        json.beginObject();
        json.name("from").value(line.kind() == Ladder.Kind.FROM_KERNEL ? "kernel" : "peer");
        json.name("connection").value(line.connection());
        json.name("flags").value(Flag.text(segment.flags()));
        json.name("seq").value(number(segment.sequence(), line.sequenceBase(), absolute));
        if (segment.has(Flag.ACK)) {
            json.name("ack").value(number(segment.acknowledgment(), line.acknowledgmentBase(), absolute));
        }
        json.name("length").value(segment.length());
        json.endObject();
    }

    private static long number(int sequence, int base, boolean absolute) {
        return absolute ? sequence & 0xFFFF_FFFFL : sequence - base;
    }
}
