// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.Nullable;
import io.tcpvigil.export.AcceptHeader;
import io.tcpvigil.export.ConfigStatus;
import io.tcpvigil.export.MetricsPage;
import io.tcpvigil.export.WebStatus;
import io.tcpvigil.web.http.Answer;
import io.tcpvigil.web.http.Drop;
import io.tcpvigil.web.http.Handler;
import io.tcpvigil.web.http.HttpServer;
import io.tcpvigil.web.http.Limits;
import io.tcpvigil.web.http.Request;
import io.tcpvigil.yaml.YamlException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Answers GET and HEAD at a handful of paths, from the last published report only.
 *
 * <p>One request passes through here from top to bottom: host, password, path, method, answer. The sockets are those of
 * {@link HttpServer}; what is more than a line is made by two threads of their own ({@link SharedAnswers}).
 */
public final class WebServer {
    private static final int WORKERS = 2;
    private static final int STACK_BYTES = 512 * 1024;
    private static final long STOP_MILLIS = 1000;

    /** Many times as long as the longest pause between two looks at clients. */
    private static final long LONGEST_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** What any answer says unless it says otherwise. */
    private static final Map<String, String> PROTECTION = Map.of(
            "Content-Security-Policy", Response.NOTHING,
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY",
            "Referrer-Policy", "no-referrer",
            "Cache-Control", "no-store");

    private final HttpServer server;
    private final List<InetSocketAddress> addresses = new ArrayList<>();
    private final Pages pages;
    private final Access access;
    private final ErrorLog errors;
    private final ThreadPoolExecutor workers;
    private final SharedAnswers shared;
    private final WebConfigWatch config;
    private final WebLog log;

    /** What {@link HttpServer} asks: in the thread of all clients, where nothing may take long. */
    private final class Front implements Handler {
        @Override
        public boolean isHeavy(Request request) {
            Pages.Page page = pages.at(request.path());
            return page != null && !page.isLight();
        }

        @Override
        public void handle(Request request, Consumer<Answer> reply) {
            Consumer<Answer> dressed = answer -> reply.accept(dress(answer));
            access.check(request, refusal -> {
                if (refusal == null) {
                    answer(request, dressed);
                } else {
                    dressed.accept(refusal);
                }
            });
        }

        @Override
        public Answer dress(Answer bare) {
            Map<String, String> fields = new LinkedHashMap<>(PROTECTION);
            fields.putAll(bare.fields());
            fields.putAll(config.current().fields());
            return new Answer(bare.status(), fields, bare.body());
        }
    }

    /**
     * Binds the addresses; nothing is answered before {@link #start}.
     *
     * @param version of this program
     * @param sourceFailures how often the better source has failed since the start
     * @param configuration what became of reading that of the daemon
     * @param log takes one line for each distinct error
     * @throws IOException when an address cannot be bound; the message names it
     * @throws IllegalArgumentException when the settings are wrong; the message is for the user
     * @throws YamlException when the configuration file cannot be used
     */
    public WebServer(
            WebSettings settings,
            String version,
            LastSample sample,
            LongSupplier sourceFailures,
            Supplier<ConfigStatus> configuration,
            MetricsPage metrics,
            WebLog log)
            throws IOException {
        this.log = log;
        this.errors = new ErrorLog(log::warning);
        this.config = new WebConfigWatch(settings.configFile(), log);
        this.access = new Access(config::current, errors);
        StatusJson status = new StatusJson(version, sample.nanoClock(), sourceFailures, configuration, this::status);
        this.pages = new Pages(settings.telemetryPath(), sample, metrics, status);
        this.workers = workers(errors);
        this.shared = new SharedAnswers(workers, sample::report, sample.nanoClock());
        this.server = new HttpServer(new Front(), Limits.usual(settings.maxRequests()), errors::record);
        for (InetSocketAddress listen : settings.listen()) {
            addresses.add(bind(listen));
        }
    }

    private static ThreadPoolExecutor workers(ErrorLog errors) {
        AtomicInteger number = new AtomicInteger();
        // What waits is at most one task for each page and form.
        ThreadPoolExecutor workers =
                new ThreadPoolExecutor(WORKERS, WORKERS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(null, task, "web-answers-" + number.incrementAndGet(), STACK_BYTES);
                    thread.setDaemon(true);
                    thread.setUncaughtExceptionHandler((died, cause) -> errors.record(died.getName(), cause));
                    return thread;
                });
        workers.allowCoreThreadTimeOut(true);
        return workers;
    }

    private InetSocketAddress bind(InetSocketAddress listen) throws IOException {
        try {
            return server.listen(listen, config.current().tls() == null ? null : config::engine);
        } catch (IOException e) {
            stop();
            throw new IOException(
                    "cannot listen on " + listen.getHostString() + ":" + listen.getPort() + ": " + e.getMessage(), e);
        }
    }

    /** Starts to answer. */
    public void start() {
        for (InetSocketAddress address : addresses) {
            if (!address.getAddress().isLoopbackAddress()) {
                warn(address, config.current());
            }
        }
        config.start();
        server.start();
    }

    private void warn(InetSocketAddress address, WebConfig now) {
        String without = now.tls() == null
                ? now.users().isEmpty() ? "without encryption or passwords" : "without encryption"
                : now.users().isEmpty() && !now.tls().asksForCertificates() ? "without passwords" : null;
        if (without != null) {
            log.warning("web: port " + address.getPort() + " can be reached from other hosts, " + without
                    + "; see --web.config.file");
        }
    }

    /** Where it listens, with the real ports. */
    public List<InetSocketAddress> addresses() {
        return List.copyOf(addresses);
    }

    /** {@code http} or {@code https}. */
    public String scheme() {
        return config.current().tls() == null ? "http" : "https";
    }

    /** Whether clients are heard. If not, nothing can be asked that would tell so. */
    public boolean isServing() {
        return server.silentNanos() < LONGEST_SILENCE_NANOS;
    }

    /** Errors since the start: answers that failed. */
    public long errors() {
        return errors.count();
    }

    /** What it has to say of itself. */
    public WebStatus status() {
        Map<String, Long> dropped = new TreeMap<>();
        for (Drop why : Drop.values()) {
            dropped.put(why.label(), server.drops(why));
        }
        return new WebStatus(
                server.connections(),
                new TreeMap<>(dropped),
                new TreeMap<>(Map.of(
                        "password", access.wrong(),
                        "passwords_busy", access.unchecked(),
                        "requests_busy", server.withoutPlace())),
                errors.count(),
                config.status());
    }

    /** Stops listening at once; answers under way get one second. Returns within two. */
    public void stop() {
        try {
            config.stop();
            server.stop(STOP_MILLIS);
            access.stop();
            workers.shutdownNow();
            if (!workers.awaitTermination(500, TimeUnit.MILLISECONDS)) {
                log.warning("web: stopped with an answer under way");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(Request request, Consumer<Answer> reply) {
        Pages.Page page = pages.at(request.path());
        if (page == null) {
            reply.accept(Answer.line(404, "not found"));
            return;
        }
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            reply.accept(Answer.line(405, "only GET and HEAD are answered").with("Allow", "GET, HEAD"));
            return;
        }
        boolean gzip = AcceptHeader.parse(joined(request)).coding("gzip");
        String form = page.form(request);
        if (page.isLight()) {
            reply.accept(make(request.path(), page, form, gzip));
        } else {
            shared.get(request.path() + " " + form + gzip, () -> make(request.path(), page, form, gzip), reply);
        }
    }

    private static @Nullable String joined(Request request) {
        List<String> codings = request.all("accept-encoding");
        return codings.isEmpty() ? null : String.join(",", codings);
    }

    private Answer make(String path, Pages.Page page, String form, boolean gzip) {
        try {
            Response response = page.response(form);
            return Rendering.of(response, gzip && response.status() == 200);
        } catch (RuntimeException e) {
            errors.record(path, e);
            return Answer.line(500, "internal error; the log of tcpvigil says more");
        }
    }
}
