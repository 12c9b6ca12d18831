// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of the Prometheus project, on loopback of the namespace that starts it. */
final class ServerProcess implements AutoCloseable {
    private final Process process;
    private final URI address;

    /** An address that is free at present. */
    static URI freeAddress() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return URI.create("http://127.0.0.1:" + free.getLocalPort());
        }
    }

    /**
     * Starts it and waits until it is ready.
     *
     * @param address where the command has it listen
     * @param log the file that takes what it says
     */
    ServerProcess(URI address, Path log, List<String> command) throws IOException, InterruptedException {
        this.address = address;
        this.process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        for (int i = 0; i < 1200 && !isReady(); i++) {
            if (!process.isAlive()) {
                throw new IOException(command.get(0) + " has ended: " + Files.readString(log));
            }
            Thread.sleep(50);
        }
    }

    URI address() {
        return address;
    }

    private boolean isReady() {
        try {
            get("/-/ready");
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The answer of its HTTP API; JSON null for one that is no JSON. */
    JsonElement get(String path) throws IOException {
        return answer((HttpURLConnection) address.resolve(path).toURL().openConnection());
    }

    JsonElement post(String path, JsonElement body) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) address.resolve(path).toURL().openConnection();
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        try (OutputStream out = connection.getOutputStream()) {
            out.write(body.toString().getBytes(StandardCharsets.UTF_8));
        }
        return answer(connection);
    }

    private static JsonElement answer(HttpURLConnection connection) throws IOException {
        boolean good = connection.getResponseCode() == 200;
        try (InputStream in = good ? connection.getInputStream() : connection.getErrorStream()) {
            String body = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (!good) {
                throw new IOException(connection.getURL() + ": " + connection.getResponseCode() + " " + body);
            }
            return body.startsWith("{") || body.startsWith("[") ? JsonParser.parseString(body) : JsonNull.INSTANCE;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stop) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
