// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonWriter;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.ProbeReport;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LifecycleJsonTest {
    private static JsonObject json(Following following) throws IOException {
        StringWriter out = new StringWriter();
        try (JsonWriter json = new JsonWriter(out)) {
            LifecycleJson.write(following, json);
        }
        return JsonParser.parseString(out.toString()).getAsJsonObject();
    }

    @Test
    void saysHowMuchWasSeenAndThroughWhat() throws IOException {
        JsonObject json = json(FollowedSamples.following());
        JsonObject inbound = json.getAsJsonObject("coverage").getAsJsonObject("opened_inbound");
        assertEquals("{\"seen\":1,\"counted\":2,\"ratio\":0.5}", inbound.toString());
        JsonObject reset = json.getAsJsonObject("coverage").getAsJsonObject("reset");
        assertTrue(reset.get("ratio").isJsonNull(), "nothing was counted");
        assertEquals(
                "{\"tier\":\"full\",\"fast_interval_seconds\":2,\"full_interval_seconds\":30,\"stretch\":2}",
                json.getAsJsonObject("sampling").toString());
        assertEquals(
                "{\"problem\":null,\"received\":9,\"lost\":4}",
                json.getAsJsonObject("destroy_events").toString());
        JsonObject sockstat = json.getAsJsonObject("sockstat");
        assertEquals(3, sockstat.getAsJsonObject("namespace").get("time_wait").getAsInt());
        assertTrue(sockstat.getAsJsonObject("host").get("orphans").isJsonNull(), "unknown is not zero");
    }

    @Test
    void tellsWhichOldestAreNotKnown() throws IOException {
        assertFalse(json(FollowedSamples.following()).getAsJsonObject("oldest").has("close_wait"), "there is none");
        JsonObject oldest = json(FollowedSamples.firstDumpPartial()).getAsJsonObject("oldest");
        assertTrue(oldest.get("close_wait").isJsonNull(), "no complete dump yet");
        assertFalse(oldest.has("listen"), "not followed");
    }

    @Test
    void saysWhyThereIsNoProbe() throws IOException {
        JsonObject probe = json(FollowedSamples.following()).getAsJsonObject("probe");
        assertEquals("not permitted", probe.get("problem").getAsString());
        assertFalse(probe.has("connects_without_port"), "unknown is not zero");
    }

    @Test
    void tellsWhatTheProbeCountedAndWhere() throws IOException {
        long[] buckets = new long[48];
        buckets[9] = 3;
        JsonObject probe = json(FollowedSamples.following(new ProbeReport(
                        null,
                        ProbeReport.Scope.HOST,
                        Map.of(TcpState.ESTABLISHED, new ProbeReport.Dwell(buckets, 2_500)),
                        4,
                        5,
                        List.of(new ProbeReport.PortTraffic(443, true, 7, 6, 0, 0)),
                        -1,
                        0,
                        3)))
                .getAsJsonObject("probe");
        assertEquals("host", probe.get("scope").getAsString());
        assertEquals(4, probe.get("failed_connects").getAsInt());
        assertEquals(5, probe.get("connects_without_port").getAsInt());
        assertTrue(probe.get("transitions_missed").isJsonNull(), "the kernel does not tell");
        assertEquals(3, probe.get("ports_not_counted").getAsInt());
        assertEquals(
                "{\"established\":{\"sum_seconds\":0.0000025,\"buckets\":[{\"less_than\":0.000001024,\"count\":3}]}}",
                probe.getAsJsonObject("dwell").toString());
        assertEquals(
                "[{\"port\":443,\"direction\":\"inbound\",\"opened\":7,\"closed\":6,\"failed\":0,\"without_port\":0}]",
                probe.getAsJsonArray("ports").toString());
    }
}
