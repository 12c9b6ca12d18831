// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.Nullable;
import io.tcpvigil.lifecycle.Age;
import io.tcpvigil.lifecycle.CoverageEvent;
import io.tcpvigil.lifecycle.Direction;
import io.tcpvigil.lifecycle.EndedBy;
import io.tcpvigil.lifecycle.EventCoverage;
import io.tcpvigil.lifecycle.Evidence;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.lifecycle.TransitionCounts;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.ProbeReport;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.SocketUsage;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The member {@code lifecycle} of a report: totals since the first look, of all connections. Transitions, ends and ages that
 * are none are left out; the oldest in a state that no complete look has shown yet is null.
 *
 * <pre>{@code
 * {"after_pause": false, "preexisting": 12, "anomalies": 0,
 *  "opened": {"inbound": 3, "outbound": 0, "both": 0, "unknown": 0},
 *  "closed": [{"direction": "inbound", "ended_by": "local", "count": 1}],
 *  "transitions": [{"from": "established", "to": "fin_wait_1", "evidence": "inferred", "count": 1}],
 *  "oldest": {"close_wait": {"seconds": 61.4, "exact": false}},
 *  "coverage": {"opened_inbound": {"seen": 3, "counted": 3, "ratio": 1.0}, ...},
 *  "sampling": {"tier": "full", "fast_interval_seconds": 5.0, "full_interval_seconds": 5.0, "stretch": 1},
 *  "destroy_events": {"problem": null, "received": 12, "lost": 0},
 *  "probe": {"problem": null, "scope": "namespace", "failed_connects": 0, "connects_without_port": 0,
 *            "dwell": {"established": {"sum_seconds": 0.2, "buckets": [{"less_than": 0.134217728, "count": 3}]}, ...},
 *            "ports": [{"port": 443, "direction": "inbound", "opened": 3, "closed": 1, ...}], ...},
 *  "sockstat": {"namespace": {"in_use_ipv4": 17, ...}, "host": {"orphans": 0, ...}}}
 * }</pre>
 */
final class LifecycleJson {
    private LifecycleJson() {}

    static void write(Following following, JsonWriter json) throws IOException {
        LifecycleReport report = following.lifecycle();
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
        writeTransitions(following.transitions(), json);
        json.name("oldest").beginObject();
        for (TcpState state : TcpState.values()) {
            Age age = report.oldest(state);
            boolean unknown = report.live().containsKey(state) && !report.isOldestKnown(state);
            if (age != null || unknown) {
                json.name(state.label());
                age(age, json);
            }
        }
        json.endObject();
        writeCoverage(following, json);
        writeSources(following, json);
        json.endObject();
    }

    static void age(@Nullable Age age, JsonWriter json) throws IOException {
        if (age == null) {
            json.nullValue();
            return;
        }
        json.beginObject();
        JsonValues.decimal(json, "seconds", age.millis(), 3);
        json.name("exact").value(age.exact());
        json.endObject();
    }

    private static void writeCoverage(Following following, JsonWriter json) throws IOException {
        json.name("coverage").beginObject();
        for (CoverageEvent event : CoverageEvent.values()) {
            EventCoverage coverage = following.coverage().getOrDefault(event, EventCoverage.NONE);
            json.name(event.label()).beginObject();
            json.name("seen").value(coverage.seen());
            json.name("counted").value(coverage.counted());
            json.name("ratio");
            if (coverage.ratio().isPresent()) {
                json.value(Math.round(coverage.ratio().getAsDouble() * 1e4) / 1e4);
            } else {
                json.nullValue();
            }
            json.endObject();
        }
        json.endObject();
    }

    private static void writeSources(Following following, JsonWriter json) throws IOException {
        Following.Pace pace = following.pace();
        json.name("sampling").beginObject();
        json.name("tier").value(pace.tier().label());
        JsonValues.decimal(json, "fast_interval_seconds", pace.fastNanos(), 9);
        JsonValues.decimal(json, "full_interval_seconds", pace.fullNanos(), 9);
        json.name("stretch").value(pace.stretch());
        json.endObject();
        Following.EventStream events = following.destroyEvents();
        json.name("destroy_events").beginObject();
        json.name("problem").value(events.problem());
        json.name("received").value(events.received());
        json.name("lost").value(events.lost());
        json.endObject();
        writeProbe(following.probe(), json);
        SocketUsage usage = following.usage();
        json.name("sockstat").beginObject();
        json.name("namespace").beginObject();
        number(json, "in_use_ipv4", usage.inUse());
        number(json, "in_use_ipv6", usage.inUseIpv6());
        number(json, "time_wait", usage.timeWait());
        json.endObject();
        json.name("host").beginObject();
        number(json, "orphans", usage.orphans());
        number(json, "allocated", usage.allocated());
        number(json, "memory_pages", usage.memoryPages());
        json.endObject();
        json.endObject();
    }

    private static void writeProbe(ProbeReport probe, JsonWriter json) throws IOException {
        json.name("probe").beginObject();
        json.name("problem").value(probe.problem());
        if (probe.problem() == null) {
            json.name("scope").value(probe.scope().label());
            json.name("failed_connects").value(probe.failedConnects());
            json.name("connects_without_port").value(probe.connectsWithoutPort());
            JsonValues.known(json, "transitions_missed", probe.transitionsMissed());
            json.name("sockets_not_remembered").value(probe.socketsNotRemembered());
            json.name("ports_not_counted").value(probe.portsNotCounted());
            json.name("dwell").beginObject();
            for (Map.Entry<TcpState, ProbeReport.Dwell> each : probe.dwell().entrySet()) {
                json.name(each.getKey().label());
                writeDwell(each.getValue(), json);
            }
            json.endObject();
            json.name("ports").beginArray();
            for (ProbeReport.PortTraffic each : probe.ports()) {
                json.beginObject();
                json.name("port").value(each.port());
                json.name("direction").value((each.inbound() ? Direction.INBOUND : Direction.OUTBOUND).label());
                json.name("opened").value(each.opened());
                json.name("closed").value(each.closed());
                json.name("failed").value(each.failed());
                json.name("without_port").value(each.withoutPort());
                json.endObject();
            }
            json.endArray();
        }
        json.endObject();
    }

    /** Buckets that are empty are left out; {@code less_than} is in seconds, a power of two of nanoseconds. */
    private static void writeDwell(ProbeReport.Dwell dwell, JsonWriter json) throws IOException {
        json.beginObject();
        JsonValues.decimal(json, "sum_seconds", dwell.sumNanos(), 9);
        json.name("buckets").beginArray();
        for (int i = 0; i < dwell.buckets().length; i++) {
            if (dwell.buckets()[i] > 0) {
                json.beginObject();
                JsonValues.decimal(json, "less_than", 1L << (i + 1), 9);
                json.name("count").value(dwell.buckets()[i]);
                json.endObject();
            }
        }
        json.endArray();
        json.endObject();
    }

    private static void number(JsonWriter json, String name, OptionalLong value) throws IOException {
        JsonValues.known(json, name, value.orElse(SocketTable.UNKNOWN));
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

    private static void writeTransitions(TransitionCounts transitions, JsonWriter json) throws IOException {
        json.name("transitions").beginArray();
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                for (Evidence evidence : Evidence.values()) {
                    long count = transitions.of(from, to, evidence);
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
