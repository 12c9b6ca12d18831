// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.export.ConfigStatus;
import io.tcpvigil.export.Samples;
import io.tcpvigil.export.WebStatus;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StatusJsonTest {
    private static String status(ConfigStatus configuration) throws IOException {
        StatusJson status = new StatusJson(
                "1.2.3",
                () -> Samples.TAKEN_NANOS,
                () -> 2,
                () -> configuration,
                () -> new WebStatus(0, new TreeMap<>(), new TreeMap<>(), 0, new WebStatus.Config(0, 0, true, 0)));
        StringWriter out = new StringWriter();
        status.write(
                new LastSample(Samples::report, () -> Samples.TAKEN_NANOS, () -> 1_000_000_000),
                null,
                new JsonWriter(out));
        return out.toString();
    }

    @Test
    void saysWhetherTheConfigurationInForceIsTheOneThatIsWritten() throws IOException {
        ConfigStatus atStart = ConfigStatus.atStart("/etc/tcpvigil/tcpvigil.yml", Instant.EPOCH);
        String fine = status(atStart.succeeded(Instant.ofEpochSecond(60), List.of("web.listen_addresses")));
        String expected = "\"config\":{\"file\":\"/etc/tcpvigil/tcpvigil.yml\",\"taken_at\":\"1970-01-01T00:01:00Z\","
                + "\"problem\":null,\"reloads\":1,\"failed_reloads\":0,"
                + "\"restart_needed\":[\"web.listen_addresses\"]}";
        assertTrue(fine.contains(expected), fine);
        String broken = status(atStart.failed("c.yml:1: x: unknown key"));
        assertTrue(
                broken.contains("\"problem\":\"c.yml:1: x: unknown key\",\"reloads\":0,\"failed_reloads\":1"), broken);
        assertEquals(1, broken.split("\"config\":", -1).length - 1);
    }
}
