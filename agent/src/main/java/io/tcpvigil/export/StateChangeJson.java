// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.Nullable;
import io.tcpvigil.report.StateChange;
import io.tcpvigil.tcp.Endpoint;
import java.io.IOException;

/**
 * Transitions as JSON, an object each. What is not known is null.
 *
 * <pre>{@code
 * {"schema": "tcpvigil.event/1", "time": "2026-01-31T12:00:00.000Z", "evidence": "exact", "family": "ipv4",
 *  "local": {"address": "192.0.2.1", "port": 51234}, "remote": {"address": "198.51.100.7", "port": 443},
 *  "from": "fin_wait_2", "to": "closed", "seconds_in_from": 0.000012, "process": null,
 *  "end": {"lifetime_seconds": 1.2, "closed_first": "local", "traffic": {"bytes_sent": 120, "bytes_received": 4096,
 *   "bytes_received_may_count_fin": true, "segments_retransmitted": 0, "rtt_seconds": 0.000043}}}
 * }</pre>
 */
public final class StateChangeJson {
    private static final int NANO = 9;
    private static final int MICRO = 6;

    private StateChangeJson() {}

    /** Writes one transition. */
    public static void write(StateChange change, JsonWriter json) throws IOException {
        json.beginObject();
        json.name("schema").value("tcpvigil.event/1");
        json.name("time").value(Rfc3339.utc(change.at()));
        json.name("evidence").value(change.evidence().label());
        json.name("family").value(change.ipv6() ? "ipv6" : "ipv4");
        writeEndpoint("local", change.local(), json);
        writeEndpoint("remote", change.remote(), json);
        json.name("from").value(change.from().label());
        json.name("to").value(change.to().label());
        JsonValues.decimal(json, "seconds_in_from", change.nanosInFrom(), NANO);
        json.name("process");
        StateChange.Caller process = change.process();
        if (process == null) {
            json.nullValue();
        } else {
            json.beginObject();
            json.name("pid").value(process.pid());
            json.name("name").value(process.name());
            json.endObject();
        }
        json.name("end");
        StateChange.End end = change.end();
        if (end == null) {
            json.nullValue();
        } else {
            json.beginObject();
            JsonValues.decimal(json, "lifetime_seconds", end.lifetimeNanos(), NANO);
            json.name("closed_first").value(end.closedFirst());
            writeTraffic(end.traffic(), json);
            json.endObject();
        }
        json.endObject();
    }

    private static void writeTraffic(StateChange.@Nullable Traffic traffic, JsonWriter json) throws IOException {
        json.name("traffic");
        if (traffic == null) {
            json.nullValue();
            return;
        }
        json.beginObject();
        JsonValues.known(json, "bytes_sent", traffic.bytesSent());
        JsonValues.known(json, "bytes_received", traffic.bytesReceived());
        json.name("bytes_received_may_count_fin").value(traffic.mayCountFin());
        JsonValues.known(json, "segments_retransmitted", traffic.segmentsRetransmitted());
        JsonValues.decimal(json, "rtt_seconds", traffic.rttMicros(), MICRO);
        json.endObject();
    }

    private static void writeEndpoint(String name, Endpoint endpoint, JsonWriter json) throws IOException {
        json.name(name).beginObject();
        json.name("address").value(endpoint.address().toString());
        json.name("port").value(endpoint.port());
        json.endObject();
    }

    /**
     * Writes where transitions come from: the first object.
     *
     * @param source {@code probe} or {@code sampling}
     * @param reason why it is not the probe; null when it is
     * @param namespace whose transitions they are; null when the whole host's
     */
    public static void writeSource(String source, @Nullable String reason, @Nullable Long namespace, JsonWriter json)
            throws IOException {
        json.beginObject();
        json.name("schema").value("tcpvigil.follow/1");
        json.name("source").value(source);
        json.name("reason").value(reason);
        json.name("namespace").value(namespace);
        json.endObject();
    }

    /**
     * Writes how many there were: the last object.
     *
     * @param lost transitions that happened and were not told; -1 when nobody can know
     * @param unremembered sockets of which times and beginnings are missing; -1 when nobody can know
     */
    public static void writeSummary(long told, long lost, long unremembered, JsonWriter json) throws IOException {
        json.beginObject();
        json.name("schema").value("tcpvigil.follow_summary/1");
        json.name("told").value(told);
        JsonValues.known(json, "lost", lost);
        JsonValues.known(json, "unremembered_sockets", unremembered);
        json.endObject();
    }
}
