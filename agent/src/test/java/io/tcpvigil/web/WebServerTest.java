// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.export.JsonTree;
import io.tcpvigil.export.Samples;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class WebServerTest {
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = new TestServer(Samples.report());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RawHttp.Reply get(String path, String... fields) throws IOException {
        return RawHttp.get(server.address(), path, fields);
    }

    /** A report of so many listening ports that its JSON is sent in chunks. */
    private static Report large(Report.ServiceNames services) {
        SocketTable table = new SocketTable();
        for (int port = 1; port <= 2000; port++) {
            table.begin(TcpState.LISTEN, SocketKind.FULL);
            table.putIpv4(0, port, 0, 0);
            table.commit();
        }
        table.coverage(Coverage.complete());
        return Samples.report(table, null, Samples.RANGE, services);
    }

    /** Alerts and dashboards lead there: the agent that raised a finding has the text that fits its version. */
    @ParameterizedTest
    @EnumSource
    void hasTheRunbookOfEachFinding(FindingId id) throws IOException {
        RawHttp.Reply runbook = get("/runbooks/" + id.label());
        assertEquals("text/plain; charset=utf-8", runbook.header("content-type"));
        assertEquals(Files.readString(Path.of("../grafana/runbooks", id.label() + ".md")), runbook.text());
    }

    @Test
    void answersAProperClient() throws IOException, InterruptedException {
        InetSocketAddress address = server.address();
        URI uri = URI.create("http://127.0.0.1:" + address.getPort() + "/metrics");
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode());
        assertTrue(answer.body().endsWith("\ntcpvigil_unknown_state_rows{state=\"14\",} 2.0\n"), answer.body());
    }

    @Test
    void givesMetricsInTheFormAskedFor() throws IOException {
        RawHttp.Reply text = get("/metrics");
        assertEquals("text/plain; version=0.0.4; charset=utf-8", text.header("content-type"));
        assertTrue(text.text().contains("\ntcpvigil_sample_age_seconds 0.5\n"), text.text());

        RawHttp.Reply openMetrics = get("/metrics", "Accept: application/openmetrics-text;version=1.0.0,*/*;q=0.1");
        assertEquals("application/openmetrics-text; version=1.0.0; charset=utf-8", openMetrics.header("content-type"));
        assertTrue(openMetrics.text().endsWith("\n# EOF\n"), openMetrics.text());
    }

    @Test
    void packsWhenAsked() throws IOException {
        RawHttp.Reply plain = get("/metrics");
        RawHttp.Reply packed = get("/metrics", "Accept-Encoding: gzip");
        assertEquals("gzip", packed.header("content-encoding"));
        assertTrue(packed.octets().length() < plain.octets().length() / 2);
        assertEquals(plain.text(), packed.text());
        assertEquals("", get("/metrics", "Accept-Encoding: gzip;q=0").header("content-encoding"));
    }

    @Test
    void readsTheLastReportAnewForEachRequest() throws IOException {
        server.report.set(Samples.failed("EPERM"));
        assertFalse(get("/metrics").text().contains("tcpvigil_connections"));
        server.report.set(Samples.report());
        assertTrue(get("/metrics").text().contains("tcpvigil_connections"));
    }

    @Test
    void isHealthyWithoutAReport() throws IOException {
        server.report.set(null);
        assertEquals("ok\n", get("/-/healthy").text());
        assertEquals(200, get("/").status());
        assertEquals(200, get("/metrics").status());
    }

    @Test
    void isReadyWithAReport() throws IOException {
        server.report.set(null);
        RawHttp.Reply early = get("/-/ready");
        assertEquals(503, early.status());
        assertEquals("no sample has been taken yet\n", early.text());
        server.report.set(Samples.report());
        assertEquals(200, get("/-/ready").status());
        server.nanos.addAndGet(10 * TestServer.INTERVAL_NANOS);
        assertEquals(503, get("/-/ready").status());
    }

    @Test
    void givesTheReportAsJson() throws IOException {
        RawHttp.Reply reply = get("/api/v1/report");
        assertEquals("application/json", reply.header("content-type"));
        JsonTree.check(reply.text());
        assertEquals("tcpvigil.snapshot/1", JsonTree.at(reply.text(), "schema"));
        assertEquals("1", JsonTree.at(reply.text(), "states", "established"));
        assertEquals(JsonTree.ABSENT, JsonTree.at(reply.text(), "sockets"));

        server.report.set(null);
        assertEquals(503, get("/api/v1/report").status());
    }

    @Test
    void tellsHowItIsItself() throws IOException {
        String status = get("/api/v1/status").text();
        JsonTree.check(status);
        assertEquals("tcpvigil.status/1", JsonTree.at(status, "schema"));
        assertEquals("1.2.3", JsonTree.at(status, "version"));
        assertEquals("true", JsonTree.at(status, "ready"));
        assertEquals("0.5", JsonTree.at(status, "sample", "age_seconds"));
        assertEquals("complete", JsonTree.at(status, "sample", "coverage"));
        assertEquals("2", JsonTree.at(status, "source", "errors"));
        assertEquals("1", JsonTree.at(status, "web", "connections"));
        assertEquals("0", JsonTree.at(status, "web", "dropped", "gave_way"));

        server.nanos.addAndGet(10 * TestServer.INTERVAL_NANOS);
        status = get("/api/v1/status").text();
        assertEquals("false", JsonTree.at(status, "ready"));
        assertTrue(JsonTree.at(status, "ready_reason").contains("10 s old"), status);
        assertEquals("10.0", JsonTree.at(status, "uptime_seconds"));

        server.report.set(null);
        status = get("/api/v1/status").text();
        JsonTree.check(status);
        assertEquals("null", JsonTree.at(status, "sample"));
        assertEquals("null", JsonTree.at(status, "source", "name"));
    }

    @Test
    void listensOnSeveralAddresses() throws IOException {
        byte[] ipv6 = new byte[16];
        ipv6[15] = 1;
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (byte[] each : List.of(new byte[] {127, 0, 0, 1}, new byte[] {127, 0, 0, 2}, ipv6)) {
            addresses.add(new InetSocketAddress(InetAddress.getByAddress(each), 0));
        }
        WebSettings settings = new WebSettings(addresses, "/metrics", null, 256);
        try (TestServer several = new TestServer(Samples.report(), settings)) {
            assertEquals(3, several.server.addresses().size());
            for (InetSocketAddress each : several.server.addresses()) {
                assertEquals(200, RawHttp.get(each, "/metrics").status(), each.toString());
            }
        }
    }

    @Test
    void sendsALargeReportWhole() throws IOException {
        server.report.set(large(port -> null));
        RawHttp.Reply plain = get("/api/v1/report");
        JsonTree.check(plain.text());
        assertEquals("2000", JsonTree.at(plain.text(), "ports", 1999, "port"));
        assertEquals(
                plain.text(), get("/api/v1/report", "Accept-Encoding: gzip").text());
        RawHttp.Reply head = RawHttp.request(server.address(), "HEAD", "/api/v1/report");
        assertEquals(plain.header("content-length"), head.header("content-length"));
    }

    @Test
    void showsAPage() throws IOException {
        RawHttp.Reply reply = get("/");
        assertEquals("text/html; charset=utf-8", reply.header("content-type"));
        assertTrue(reply.text().contains("TIME-WAIT"), reply.text());
        assertTrue(reply.header("content-security-policy").contains("style-src 'sha256-"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metrics", "/-/healthy", "/-/ready", "/api/v1/report", "/api/v1/status", "/nothing"})
    void protectsEveryAnswer(String path) throws IOException {
        RawHttp.Reply reply = get(path);
        assertEquals("nosniff", reply.header("x-content-type-options"));
        assertEquals("DENY", reply.header("x-frame-options"));
        assertEquals("no-store", reply.header("cache-control"));
        assertEquals("no-referrer", reply.header("referrer-policy"));
        assertTrue(reply.header("content-security-policy").startsWith("default-src 'none'"));
        assertEquals("", reply.header("access-control-allow-origin"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metrics", "/-/healthy", "/-/ready", "/api/v1/report", "/api/v1/status", "/nothing"})
    void answersHeadAsGetWithoutABody(String path) throws IOException {
        RawHttp.Reply get = get(path);
        RawHttp.Reply head = RawHttp.request(server.address(), "HEAD", path);
        assertEquals(get.status(), head.status());
        assertEquals(get.header("content-length"), head.header("content-length"));
        assertEquals(get.header("content-type"), head.header("content-type"));
        assertEquals("", head.octets());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing",
                "/metrics/",
                "/metrics/x",
                "/index.html",
                "/page.css",
                "/-/",
                "/%2e%2e/metrics",
                "/api/v1/report/"
            })
    void hasNothingAtOtherPaths(String path) throws IOException {
        assertEquals(404, get(path).status());
    }

    @Test
    void ignoresTheQuery() throws IOException {
        assertEquals(200, get("/metrics?name=x").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get"})
    void refusesOtherMethods(String method) throws IOException {
        RawHttp.Reply reply = RawHttp.request(server.address(), method, "/metrics");
        assertEquals(405, reply.status());
        assertEquals("GET, HEAD", reply.header("allow"));
    }

    @Test
    void refusesAPostWithoutWaitingForItsBody() throws IOException {
        String request = "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nbegun";
        assertEquals(405, RawHttp.exchange(server.address(), request, false).status());
    }

    @Test
    void keepsTheConnectionForTheNextRequest() throws IOException {
        try (Socket socket = RawHttp.connect(server.address())) {
            for (String path : List.of("/metrics", "/-/ready", "/nothing", "/")) {
                RawHttp.write(socket, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
                RawHttp.Reply reply = RawHttp.read(socket.getInputStream(), false);
                assertEquals(path.equals("/nothing") ? 404 : 200, reply.status());
            }
        }
    }

    @Test
    void answersToNamesOfLoopbackOnly() throws IOException {
        assertEquals(200, get("/metrics", "Host: 127.0.0.1:9794").status());
        RawHttp.Reply reply = get("/metrics", "Host: rebound.example");
        assertEquals(403, reply.status());
        assertFalse(reply.text().contains("tcpvigil_"), reply.text());
        assertEquals(
                403,
                RawHttp.exchange(server.address(), "GET /metrics HTTP/1.0\r\n\r\n", false)
                        .status());
    }

    @Test
    void answersToAnyNameOnOtherAddressesAndWarns() throws IOException {
        try (TestServer open = new TestServer(Samples.report(), new InetSocketAddress("0.0.0.0", 0))) {
            InetSocketAddress loopback = new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), open.address().getPort());
            assertEquals(
                    200,
                    RawHttp.get(loopback, "/metrics", "Host: web-1.example").status());
            assertEquals(1, open.log.size(), open.log.toString());
            assertTrue(open.log.get(0).contains("can be reached from other hosts"), open.log.get(0));
        }
        assertEquals(List.of(), server.log);
    }

    @Test
    void apologisesForAnErrorWithoutShowingIt() throws IOException {
        server.report.set(Samples.report(Samples.table(), null, Samples.RANGE, port -> {
            throw new IllegalStateException("secret");
        }));
        for (int i = 0; i < 3; i++) {
            RawHttp.Reply reply = get("/api/v1/report", "Accept-Encoding: gzip");
            assertEquals(500, reply.status());
            assertEquals("internal error; the log of tcpvigil says more\n", reply.text());
            assertEquals("", reply.header("content-encoding"));
        }
        assertEquals(3, server.server.errors());
        assertEquals(1, server.log.size(), server.log.toString());
        assertTrue(
                server.log.get(0).startsWith("web: /api/v1/report: java.lang.IllegalStateException: secret at "),
                server.log.get(0));
        assertEquals(200, get("/metrics").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip"})
    void sendsNothingOfAnAnswerThatFailsHalfWay(String coding) throws IOException {
        server.report.set(large(port -> {
            if (port == 1900) {
                throw new IllegalStateException("late");
            }
            return "name";
        }));
        assertEquals(500, get("/api/v1/report", "Accept-Encoding: " + coding).status());
        assertEquals(1, server.server.errors());
    }

    @Test
    void countsAFatalErrorAndGoesOn() throws IOException, InterruptedException {
        server.report.set(Samples.report(Samples.table(), null, Samples.RANGE, port -> {
            throw new StackOverflowError();
        }));
        assertEquals(500, get("/api/v1/report").status());
        while (server.server.errors() == 0) {
            Thread.sleep(1);
        }
        assertTrue(server.log.get(0).contains("StackOverflowError"), server.log.toString());
        assertEquals(200, get("/metrics").status());
    }

    @Test
    void runsInThreadsThatDoNotKeepTheProcess() throws IOException {
        assertEquals(200, get("/metrics").status());
        int own = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("web-")) {
                own++;
                assertTrue(thread.isDaemon(), thread.getName());
            }
        }
        assertTrue(own >= 2, "the one for clients and one for answers, but " + own);
    }

    @Test
    void stopsListening() {
        InetSocketAddress address = server.address();
        server.close();
        assertThrows(ConnectException.class, () -> RawHttp.connect(address).close());
    }

    @Test
    void stopsThoughAnAnswerIsUnderWay() throws IOException, InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        server.report.set(Samples.report(Samples.table(), null, Samples.RANGE, port -> {
            asked.countDown();
            boolean interrupted = false;
            while (released.getCount() > 0) {
                try {
                    released.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            return interrupted ? "interrupted" : "undisturbed";
        }));
        try (Socket socket = RawHttp.connect(server.address())) {
            RawHttp.write(socket, "GET /api/v1/report HTTP/1.1\r\nHost: localhost\r\n\r\n");
            asked.await();
            long start = System.nanoTime();
            server.close();
            // Meant to be two; a busy machine gets ten before this says that the bound is gone.
            assertTrue(System.nanoTime() - start < 10_000_000_000L);
            assertEquals(List.of("web: stopped with an answer under way"), server.log);
        } finally {
            released.countDown();
        }
    }

    @Test
    void namesTheAddressThatIsTaken() {
        IOException taken = assertThrows(IOException.class, () -> new TestServer(null, server.address()));
        String message = String.valueOf(taken.getMessage());
        assertTrue(message.contains(":" + server.address().getPort()), message);
        assertTrue(message.contains("Address already in use"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"metrics", "/", "/-/ready", ""})
    void refusesAPathForMetricsThatCannotBe(String path) {
        WebSettings settings =
                new WebSettings(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), path, null, 1);
        assertThrows(IllegalArgumentException.class, () -> new TestServer(null, settings));
    }
}
