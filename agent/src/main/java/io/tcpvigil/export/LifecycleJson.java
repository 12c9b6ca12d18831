// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.lifecycle.Age;
import io.tcpvigil.lifecycle.Direction;
import io.tcpvigil.lifecycle.EndedBy;
import io.tcpvigil.lifecycle.Evidence;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;

/**
 * The member {@code lifecycle} of a report: totals since the first look, of all connections. Transitions, ends and ages that
 * are none are left out.
 *
 * <pre>{@code
 * {"after_pause": false, "preexisting": 12, "anomalies": 0,
 *  "opened": {"inbound": 3, "outbound": 0, "both": 0, "unknown": 0},
 *  "closed": [{"direction": "inbound", "ended_by": "local", "count": 1}],
 *  "transitions": [{"from": "established", "to": "fin_wait_1", "evidence": "inferred", "count": 1}],
 *  "oldest": {"close_wait": {"seconds": 61.4, "exact": false}}}
 * }</pre>
 */
final class LifecycleJson {
    private LifecycleJson() {}

    static void write(LifecycleReport report, JsonWriter json) throws IOException {
        json.beginObject();
        json.name("after_pause").value(report.afterPause());
        json.name("preexisting").value(report.connections().preexisting());
        json.name("anomalies").value(report.anomalyCount());
        json.name("opened").beginObject();
        for (Direction direction : Direction.values()) {
            json.name(direction.label()).value(report.connections().opened(direction));
        }
        json.endObject();
        writeClosed(report, json);
        writeTransitions(report, json);
        json.name("oldest").beginObject();
        for (TcpState state : TcpState.values()) {
            Age age = report.oldest(state);
            if (age != null) {
                json.name(state.label()).beginObject();
                JsonValues.decimal(json, "seconds", age.millis(), 3);
                json.name("exact").value(age.exact());
                json.endObject();
            }
        }
        json.endObject();
        json.endObject();
    }

    private static void writeClosed(LifecycleReport report, JsonWriter json) throws IOException {
        json.name("closed").beginArray();
        for (Direction direction : Direction.values()) {
            for (EndedBy endedBy : EndedBy.values()) {
                long count = report.connections().closed(direction, endedBy);
                if (count > 0) {
                    json.beginObject();
                    json.name("direction").value(direction.label());
                    json.name("ended_by").value(endedBy.label());
                    json.name("count").value(count);
                    json.endObject();
                }
            }
        }
        json.endArray();
    }

    private static void writeTransitions(LifecycleReport report, JsonWriter json) throws IOException {
        json.name("transitions").beginArray();
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                for (Evidence evidence : Evidence.values()) {
                    long count = report.transitions().of(from, to, evidence);
                    if (count > 0) {
                        json.beginObject();
                        json.name("from").value(from.label());
                        json.name("to").value(to.label());
                        json.name("evidence").value(evidence.label());
                        json.name("count").value(count);
                        json.endObject();
                    }
                }
            }
        }
        json.endArray();
    }
}
