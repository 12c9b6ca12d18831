// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A real Prometheus on loopback of the namespace that starts it, with its data in a folder of the test. */
public final class Prometheus implements AutoCloseable {
    private final ServerProcess server;

    /**
     * Starts it and waits until it is ready.
     *
     * @param folder an empty one, for its data and its log
     * @param config its configuration file
     */
    public Prometheus(Path folder, Path config) throws IOException, InterruptedException {
        URI address = ServerProcess.freeAddress();
        server = new ServerProcess(
                address,
                folder.resolve("prometheus.log"),
                List.of(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("tsdb"),
                        "--web.listen-address=" + address.getAuthority(),
                        "--web.enable-lifecycle"));
    }

    public URI address() {
        return server.address();
    }

    /** The data of an answer of its HTTP API. */
    public JsonElement get(String path) throws IOException {
        return server.get(path).getAsJsonObject().get("data");
    }

    /** The series that an expression gives at present, each with {@code metric} and {@code value}. */
    public JsonArray query(String expression) throws IOException {
        JsonObject data = get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .getAsJsonObject();
        return data.getAsJsonArray("result");
    }

    /** The value of the one series that an expression gives; NaN when there is none. */
    public double value(String expression) throws IOException {
        JsonArray series = query(expression);
        assertTrue(series.size() <= 1, () -> expression + " has " + series.size() + " series");
        return series.isEmpty()
                ? Double.NaN
                : Double.parseDouble(series.get(0)
                        .getAsJsonObject()
                        .getAsJsonArray("value")
                        .get(1)
                        .getAsString());
    }

    /** Waits until a condition, an expression with a comparison, has at least one series. */
    public JsonArray await(String condition) throws IOException, InterruptedException {
        JsonArray series = query(condition);
        for (int i = 0; i < 1200 && series.isEmpty(); i++) {
            Thread.sleep(100);
            series = query(condition);
        }
        JsonArray last = series;
        assertTrue(!last.isEmpty(), () -> "never true: " + condition);
        return last;
    }

    @Override
    public void close() {
        server.close();
    }
}
