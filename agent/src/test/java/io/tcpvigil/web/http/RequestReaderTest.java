// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestReaderTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final RequestReader reader = new RequestReader(1000, LOOPBACK, new InetSocketAddress(LOOPBACK, 1));
    private final Input input = new Input();

    private void send(String text) {
        input.append(StandardCharsets.ISO_8859_1.encode(text));
    }

    private Request read(String text) throws BadRequestException {
        send(text);
        Request request = reader.next(input);
        assertNotNull(request);
        return request;
    }

    private int refusal(String text) {
        send(text);
        return assertThrows(BadRequestException.class, () -> reader.next(input))
                .answer()
                .status();
    }

    @Test
    void readsARequestThatComesByteByByte() throws BadRequestException {
        String text = "\r\nGET /metrics?name=x HTTP/1.1\r\nHost: web\r\nAccept: a\r\nACCEPT:b \r\n\r\nGET";
        int end = text.length() - 4;
        for (int i = 0; i < end; i++) {
            send(text.substring(i, i + 1));
            assertNull(reader.next(input));
        }
        Request request = read(text.substring(end));
        assertEquals("/metrics", request.path());
        assertEquals(List.of("a", "b"), request.all("accept"));
        assertEquals(true, request.keepAlive());
        assertEquals(3, input.length(), "the next one stays");
    }

    @Test
    void takesBareLineFeeds() throws BadRequestException {
        assertEquals("web", read("HEAD / HTTP/1.1\nHost: web\n\n").first("host"));
    }

    @Test
    void takesTheFormThatIsSentToProxies() throws BadRequestException {
        assertEquals(
                "/metrics",
                read("GET http://web:1/metrics?x HTTP/1.1\r\nHost: web\r\n\r\n").path());
        assertEquals("/", read("GET http://web:1 HTTP/1.1\r\nHost: web\r\n\r\n").path());
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1, '', true",
        "HTTP/1.1, Connection: close, false",
        "HTTP/1.1, 'Connection: x, Close', false",
        "HTTP/1.0, '', false",
        "HTTP/1.0, Connection: Keep-Alive, true",
        "HTTP/1.1, Content-Length: 0, true",
        "HTTP/1.1, Content-Length: 5, false",
        "HTTP/1.1, Transfer-Encoding: chunked, false"
    })
    void knowsWhetherAnotherCanFollow(String version, String field, boolean keeps) throws BadRequestException {
        String more = field.isEmpty() ? "" : field + "\r\n";
        assertEquals(
                keeps,
                read("GET / " + version + "\r\nHost: web\r\n" + more + "\r\n").keepAlive());
    }

    @ParameterizedTest
    @CsvSource({
        "400, GET",
        "400, GET /",
        "400, 'GET  / HTTP/1.1'",
        "400, 'G(T / HTTP/1.1'",
        "505, GET / HTTP/2.0",
        "505, GET / http/1.1",
        "400, GET / HTTP/1.1;X : y",
        "400, GET / HTTP/1.1;X: y; z",
        "400, GET / HTTP/1.1;nothing",
        "400, GET / HTTP/1.1;: nothing",
        "400, GET / HTTP/1.1;Host: again",
        "400, GET / HTTP/1.1;Content-Length: -1",
        "400, GET / HTTP/1.1;Content-Length: 1;Content-Length: 2",
        "400, GET / HTTP/1.1;Content-Length: 1;Transfer-Encoding: chunked"
    })
    void refusesWhatCouldBeUnderstoodDifferently(int status, String lines) {
        String line = lines.replace(";", "\r\n");
        int end = line.indexOf('\r');
        boolean first = end < 0 || !line.startsWith("\r\n", end);
        String text = first ? line + "\r\nHost: web" : line.substring(0, end) + "\r\nHost: web" + line.substring(end);
        assertEquals(status, refusal(text + "\r\n\r\n"), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r", "\u0000", "\u001b", "\u007f"})
    void refusesControlCharacters(String control) {
        assertEquals(400, refusal("GET / HTTP/1.1\r\nHost: web\r\nX: a" + control + "b\r\n\r\n"));
    }

    @Test
    void refusesARequestWithoutAHost() {
        assertEquals(400, refusal("GET / HTTP/1.1\r\n\r\n"));
    }

    @Test
    void refusesALongHeadBeforeItsEnd() {
        assertEquals(431, refusal("GET / HTTP/1.1\r\nHost: web\r\nX: " + "x".repeat(1000)));
    }

    @Test
    void refusesManyFields() {
        assertEquals(431, refusal("GET / HTTP/1.1\r\nHost: web\r\n" + "X: y\r\n".repeat(64) + "\r\n"));
    }
}
