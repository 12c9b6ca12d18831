// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** What an Alertmanager with the routing example tells its receivers, in the network namespace of the thread that makes it. */
final class Notifications implements AutoCloseable {
    private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final List<Notification> received = new CopyOnWriteArrayList<>();

    /**
     * One call of a webhook.
     *
     * @param path of the URL of the receiver: {@code /page} or {@code /ticket}
     * @param status {@code firing} or {@code resolved}
     * @param group the labels that its alerts have in common by {@code group_by}
     * @param alerts the labels of each
     */
    record Notification(String path, String status, Map<String, String> group, List<Map<String, String>> alerts) {}

    Notifications() throws IOException {
        server.createContext("/", this::take);
        server.start();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonObject body = Json.parse(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            List<Map<String, String>> alerts = new ArrayList<>();
            for (JsonElement each : body.getAsJsonArray("alerts")) {
                alerts.add(texts(each.getAsJsonObject().getAsJsonObject("labels")));
            }
            received.add(new Notification(
                    exchange.getRequestURI().getPath(),
                    body.get("status").getAsString(),
                    texts(body.getAsJsonObject("groupLabels")),
                    alerts));
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private static Map<String, String> texts(JsonObject labels) {
        Map<String, String> texts = new TreeMap<>();
        labels.entrySet()
                .forEach(label -> texts.put(label.getKey(), label.getValue().getAsString()));
        return texts;
    }

    /** All so far. */
    List<Notification> all() {
        return List.copyOf(received);
    }

    /** The routing example with the two receivers here, and with shorter times. */
    Path writeConfig(Path file, String groupWait) throws IOException {
        String example = Files.readString(PrometheusFiles.FOLDER.resolve("alertmanager.yml"));
        return Files.writeString(
                file,
                example.replaceAll("(?m)^( *group_wait:) .*$", "$1 " + groupWait)
                        .replaceAll("(?m)^( *group_interval:) .*$", "$1 1s")
                        .replace(
                                "http://127.0.0.1:9095/",
                                "http://127.0.0.1:" + server.getAddress().getPort() + "/"));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
