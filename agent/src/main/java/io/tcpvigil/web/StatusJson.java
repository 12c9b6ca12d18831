// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.Nullable;
import io.tcpvigil.export.ConfigStatus;
import io.tcpvigil.export.WebStatus;
import io.tcpvigil.lifecycle.CoverageEvent;
import io.tcpvigil.lifecycle.EventCoverage;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.Report;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How tcpvigil itself is: what it reads from and why, how old its numbers are, what it misses, what went wrong.
 *
 * <pre>{@code
 * {"schema": "tcpvigil.status/1", "version": "0.1.0", "uptime_seconds": 12.3, "ready": true, "ready_reason": null,
 *  "sample": {"age_seconds": 0.4, "coverage": "complete", ...}, "source": {"name": "netlink", "reason": null, ...},
 *  "destroy_events": {"problem": null, ...}, "probe": {"problem": null, ...}, "config": {"problem": null, ...}, "web": {...}}
 * }</pre>
 */
final class StatusJson {
    private static final String SCHEMA = "tcpvigil.status/1";
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String version;
    private final LongSupplier nanoClock;
    private final long startedNanos;
    private final LongSupplier sourceFailures;
    private final Supplier<ConfigStatus> configuration;
    private final Supplier<WebStatus> web;

    StatusJson(
            String version,
            LongSupplier nanoClock,
            LongSupplier sourceFailures,
            Supplier<ConfigStatus> configuration,
            Supplier<WebStatus> web) {
        this.version = version;
        this.nanoClock = nanoClock;
        this.startedNanos = nanoClock.getAsLong();
        this.sourceFailures = sourceFailures;
        this.configuration = configuration;
        this.web = web;
    }

    /** @param notReady why the numbers cannot be relied on; null when they can */
    void write(LastSample sample, @Nullable String notReady, JsonWriter json) throws IOException {
        Report report = sample.report();
        Following following = report == null ? null : report.following();
        json.beginObject();
        json.name("schema").value(SCHEMA);
        json.name("version").value(version);
        json.name("java").value(Runtime.version().toString());
        json.name("uptime_seconds").value(seconds(nanoClock.getAsLong() - startedNanos));
        json.name("ready").value(notReady == null);
        json.name("ready_reason").value(notReady);
        json.name("sample");
        if (report == null) {
            json.nullValue();
        } else {
            writeSample(sample, report, json);
        }
        json.name("source").beginObject();
        json.name("name").value(report == null ? null : report.source().name());
        json.name("reason").value(report == null ? null : report.source().reason());
        json.name("errors").value(sourceFailures.getAsLong());
        json.endObject();
        writeFollowing(following, json);
        writeConfiguration(configuration.get(), json);
        writeWeb(web.get(), json);
        json.endObject();
    }

    private static double seconds(long nanos) {
        return Math.round(nanos / (NANOS / 1000)) / 1000.0;
    }

    private static void writeSample(LastSample sample, Report report, JsonWriter json) throws IOException {
        json.beginObject();
        json.name("age_seconds").value(seconds(sample.ageNanos(report)));
        json.name("interval_seconds").value(seconds(sample.intervalNanos().getAsLong()));
        json.name("duration_seconds").value(seconds(report.source().durationNanos()));
        json.name("sockets").value(report.source().rows());
        json.name("coverage").value(report.coverage().extent().name().toLowerCase(Locale.ROOT));
        json.name("coverage_reason")
                .value(report.coverage().isComplete() ? null : report.coverage().reason());
        json.name("problems").beginArray();
        for (String problem : report.problems()) {
            json.value(problem);
        }
        json.endArray();
        json.endObject();
    }

    private static void writeFollowing(@Nullable Following following, JsonWriter json) throws IOException {
        json.name("pace");
        if (following == null) {
            json.nullValue();
            json.name("destroy_events")
                    .nullValue()
                    .name("probe")
                    .nullValue()
                    .name("seen")
                    .nullValue();
            return;
        }
        json.beginObject();
        json.name("fast_seconds").value(seconds(following.pace().fastNanos()));
        json.name("full_seconds").value(seconds(following.pace().fullNanos()));
        json.name("stretch").value(following.pace().stretch());
        json.endObject();
        json.name("destroy_events").beginObject();
        json.name("problem").value(following.destroyEvents().problem());
        json.name("received").value(following.destroyEvents().received());
        json.name("lost").value(following.destroyEvents().lost());
        json.endObject();
        json.name("probe").beginObject();
        json.name("problem").value(following.probe().problem());
        json.endObject();
        json.name("seen").beginObject();
        for (Map.Entry<CoverageEvent, EventCoverage> each : following.coverage().entrySet()) {
            json.name(each.getKey().label()).beginObject();
            json.name("seen").value(each.getValue().seen());
            json.name("counted_by_kernel").value(each.getValue().counted());
            json.endObject();
        }
        json.endObject();
    }

    private static void writeConfiguration(ConfigStatus configuration, JsonWriter json) throws IOException {
        json.name("config").beginObject();
        json.name("file").value(configuration.file());
        json.name("taken_at").value(configuration.taken().toString());
        json.name("problem").value(configuration.problem());
        json.name("reloads").value(configuration.successes());
        json.name("failed_reloads").value(configuration.failures());
        json.name("restart_needed").beginArray();
        for (String key : configuration.needRestart()) {
            json.value(key);
        }
        json.endArray().endObject();
    }

    private static void writeWeb(WebStatus web, JsonWriter json) throws IOException {
        json.name("web").beginObject();
        json.name("connections").value(web.connections());
        json.name("dropped").beginObject();
        writeCounts(web.dropped(), json);
        json.endObject();
        json.name("refused").beginObject();
        writeCounts(web.refused(), json);
        json.endObject();
        json.name("errors").value(web.errors());
        json.name("reloads").value(web.config().reloads());
        json.name("failed_reloads").value(web.config().failedReloads());
        json.endObject();
    }

    private static void writeCounts(SortedMap<String, Long> counts, JsonWriter json) throws IOException {
        for (Map.Entry<String, Long> each : counts.entrySet()) {
            json.name(each.getKey()).value(each.getValue());
        }
    }
}
