// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import com.google.gson.stream.JsonWriter;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tcpvigil.Nullable;
import io.tcpvigil.export.AcceptHeader;
import io.tcpvigil.export.MetricsPage;
import io.tcpvigil.export.ReportJson;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Runbook;
import io.tcpvigil.report.Report;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;

/**
 * Answers GET and HEAD at a handful of paths, from the last published report only.
 *
 * <p>One exchange passes through here from top to bottom: host, path, method, answer, compression. A client cannot make
 * it read a body, take a sample or hold more than its share of threads ({@link Workers}, {@link HttpServerLimits}).
 */
public final class WebServer {
    private static final int BACKLOG = 64;
    private static final String INDENT = "  ";

    /** What {@link HttpExchange#getResponseCode} gives before the client has been sent anything. */
    private static final int NOT_SENT = -1;

    private final HttpServer server;
    private final InetSocketAddress address;
    private final Map<String, Route> routes = new HashMap<>();
    private final HostCheck hostCheck;
    private final ErrorLog errors;
    private final ThreadPoolExecutor workers;
    private final AtomicInteger answering = new AtomicInteger();
    private final Consumer<String> log;

    /** Makes the answer for one path. */
    private interface Route {
        Response answer(Headers request);
    }

    /**
     * Binds the address; nothing is answered before {@link #start}.
     *
     * @param listen where to listen; port 0 for any that is free
     * @param telemetryPath the path of the metrics, such as {@code /metrics}
     * @param log takes one line for each distinct error, from any thread
     * @throws IOException when the address cannot be bound; the message names it
     */
    public WebServer(
            InetSocketAddress listen,
            String telemetryPath,
            LastSample sample,
            MetricsPage metrics,
            Consumer<String> log)
            throws IOException {
        HttpServerLimits.apply();
        this.log = log;
        this.errors = new ErrorLog(log);
        addRoutes(telemetryPath, sample, metrics);
        this.server = bind(listen);
        this.address = server.getAddress();
        this.hostCheck = new HostCheck(address.getAddress());
        this.workers = Workers.create(errors);
        server.setExecutor(workers);
        server.createContext("/", this::handle);
    }

    private static HttpServer bind(InetSocketAddress listen) throws IOException {
        try {
            return HttpServer.create(listen, BACKLOG);
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on " + listen.getHostString() + ":" + listen.getPort() + ": " + e.getMessage(), e);
        }
    }

    private void addRoutes(String telemetryPath, LastSample sample, MetricsPage metrics) {
        Readiness readiness = new Readiness(sample);
        LandingPage page = new LandingPage(sample, readiness, telemetryPath);
        routes.put("/", request -> new Response(200, LandingPage.CONTENT_TYPE, page.policy(), page::write));
        routes.put("/-/healthy", request -> Response.line(200, "ok"));
        routes.put("/-/ready", request -> {
            String reason = readiness.reason();
            return reason == null ? Response.line(200, "ok") : Response.line(503, reason);
        });
        routes.put("/api/v1/report", request -> report(sample.report()));
        for (FindingId id : FindingId.values()) {
            routes.put(
                    "/runbooks/" + id.label(),
                    request -> Response.of("text/plain; charset=utf-8", out -> out.write(Runbook.text(id))));
        }
        if (!telemetryPath.startsWith("/") || routes.containsKey(telemetryPath)) {
            throw new IllegalArgumentException("the path of the metrics must start with / and be none of "
                    + routes.keySet() + ": " + telemetryPath);
        }
        routes.put(telemetryPath, request -> {
            String type = MetricsPage.contentType(request.getFirst("Accept"));
            return Response.of(type, out -> metrics.write(type, out));
        });
    }

    private static Response report(@Nullable Report report) {
        if (report == null) {
            return Response.line(503, "no sample has been taken yet");
        }
        return Response.of("application/json", out -> {
            JsonWriter json = new JsonWriter(out);
            json.setIndent(INDENT);
            ReportJson.write(report, null, json);
            json.flush();
            out.write('\n');
        });
    }

    /** Starts to answer. */
    public void start() {
        if (!address.getAddress().isLoopbackAddress()) {
            log.accept("web: port " + address.getPort()
                    + " can be reached from other hosts, without encryption or passwords");
        }
        // The server's own thread keeps the process alive or not as the one that starts it does.
        FutureTask<Boolean> start = new FutureTask<>(server::start, true);
        Thread starter = new Thread(start, "web-start");
        starter.setDaemon(true);
        starter.start();
        try {
            start.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the web server was started or stopped before", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Where it listens, with the real port. */
    public InetSocketAddress address() {
        return address;
    }

    /** Errors since the start: answers that failed and connections refused for want of a thread. */
    public long errors() {
        return errors.count();
    }

    /** Stops listening at once; answers under way get one second. Returns within two. */
    public void stop() {
        server.stop(answering.get() == 0 ? 0 : 1);
        workers.shutdownNow();
        try {
            if (!workers.awaitTermination(500, TimeUnit.MILLISECONDS)) {
                log.accept("web: stopped with an answer under way");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        answering.incrementAndGet();
        try {
            answer(exchange);
            exchange.close();
        } catch (Error e) {
            // Not closed by the server itself; an exception is, and then breaks the connection off.
            exchange.close();
            throw e;
        } finally {
            answering.decrementAndGet();
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        try {
            send(exchange, choose(exchange, path));
        } catch (RuntimeException e) {
            errors.record(path, e);
            if (exchange.getResponseCode() != NOT_SENT) {
                // Ends the connection and not the body, so that the client cannot take what it has for the whole.
                throw new IOException("the answer broke off", e);
            }
            exchange.getResponseHeaders().remove("Content-Encoding");
            send(exchange, Response.line(500, "internal error; the log of tcpvigil says more"));
        }
    }

    private Response choose(HttpExchange exchange, String path) {
        Headers request = exchange.getRequestHeaders();
        if (!hostCheck.accepts(request.get("Host"))) {
            return Response.line(403, "this server listens on loopback and answers to localhost only");
        }
        Route route = routes.get(path);
        if (route == null) {
            return Response.line(404, "not found");
        }
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            exchange.getResponseHeaders().set("Connection", "close");
            return Response.line(405, "only GET and HEAD are answered");
        }
        return route.answer(request);
    }

    private static void send(HttpExchange exchange, Response response) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", response.contentType());
        headers.set("Content-Security-Policy", response.policy());
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cache-Control", "no-store");
        String codings = exchange.getRequestHeaders().getFirst("Accept-Encoding");
        boolean gzip = response.status() == 200 && AcceptHeader.parse(codings).coding("gzip");
        if (gzip) {
            headers.set("Content-Encoding", "gzip");
        }
        ResponseStream stream = new ResponseStream(exchange, response.status());
        try (OutputStream coded = gzip ? new GZIPOutputStream(stream) : stream;
                Writer out = new OutputStreamWriter(coded, StandardCharsets.UTF_8)) {
            response.body().writeTo(out);
        }
        stream.finish();
    }
}
