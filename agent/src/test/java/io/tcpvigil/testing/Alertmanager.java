// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A real Alertmanager, alone, on loopback of the namespace that starts it, with its data in a folder of the test. */
public final class Alertmanager implements AutoCloseable {
    /** As Debian calls it. */
    public static final String PROGRAM = "prometheus-alertmanager";

    /** It insists on templates at a place that only its package fills, and needs none of them for webhooks. */
    private static final String WITH_TEMPLATES = "mount -t tmpfs none /usr/share && mkdir -p \"$0\""
            + " && : >\"$0/default.tmpl\" && : >\"$0/email.tmpl\" && exec \"$@\"";

    private final ServerProcess server;

    /**
     * Starts it and waits until it is ready.
     *
     * @param folder an empty one, for its data and its log
     * @param config its configuration file
     */
    public Alertmanager(Path folder, Path config) throws IOException, InterruptedException {
        URI address = ServerProcess.freeAddress();
        server = new ServerProcess(
                address,
                folder.resolve("alertmanager.log"),
                List.of(
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        WITH_TEMPLATES,
                        "/usr/share/prometheus/alertmanager",
                        PROGRAM,
                        "--config.file=" + config,
                        "--storage.path=" + folder.resolve("data"),
                        "--web.listen-address=" + address.getAuthority(),
                        "--cluster.listen-address="));
    }

    public URI address() {
        return server.address();
    }

    /** The alerts that it knows, each with {@code labels} and with what inhibits it in {@code status}. */
    public JsonArray alerts() throws IOException {
        return server.get("/api/v2/alerts").getAsJsonArray();
    }

    /** The labels of each alert that another one keeps quiet. */
    public Set<Map<String, String>> inhibited() throws IOException {
        Set<Map<String, String>> inhibited = new HashSet<>();
        for (JsonElement each : alerts()) {
            JsonObject alert = each.getAsJsonObject();
            if (!alert.getAsJsonObject("status").getAsJsonArray("inhibitedBy").isEmpty()) {
                Map<String, String> labels = new TreeMap<>();
                alert.getAsJsonObject("labels")
                        .entrySet()
                        .forEach(label ->
                                labels.put(label.getKey(), label.getValue().getAsString()));
                inhibited.add(labels);
            }
        }
        return inhibited;
    }

    /** Tells it of alerts, as Prometheus would: each with {@code labels}. */
    public void tell(JsonArray alerts) throws IOException {
        server.post("/api/v2/alerts", alerts);
    }

    @Override
    public void close() {
        server.close();
    }
}
