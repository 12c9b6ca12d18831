// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/** HTTP by hand, for what a proper client refuses to send, and to see what was really answered. */
final class RawHttp {
    private static final int TIMEOUT_MILLIS = 60_000;

    private RawHttp() {}

    /**
     * One answer.
     *
     * @param headers by name in lower case
     * @param octets the body as sent, one character an octet, without the framing of chunks
     */
    record Reply(int status, Map<String, String> headers, String octets) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        /** The body as text, unpacked when it is packed. */
        String text() throws IOException {
            byte[] body = octets.getBytes(StandardCharsets.ISO_8859_1);
            if (!header("content-encoding").equals("gzip")) {
                return new String(body, StandardCharsets.UTF_8);
            }
            try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }

    static Socket connect(InetSocketAddress server) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(server, TIMEOUT_MILLIS);
        return socket;
    }

    static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** A GET as curl would send it. */
    static Reply get(InetSocketAddress server, String path, String... fields) throws IOException {
        return request(server, "GET", path, fields);
    }

    /** A request without a body on a connection of its own. */
    static Reply request(InetSocketAddress server, String method, String path, String... fields) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append(method).append(' ').append(path).append(" HTTP/1.1\r\nConnection: close\r\n");
        boolean host = false;
        for (String field : fields) {
            text.append(field).append("\r\n");
            host |= field.toLowerCase(Locale.ROOT).startsWith("host:");
        }
        if (!host) {
            text.append("Host: localhost\r\n");
        }
        return exchange(server, text.append("\r\n").toString(), method.equals("HEAD"));
    }

    static Reply exchange(InetSocketAddress server, String request, boolean head) throws IOException {
        try (Socket socket = connect(server)) {
            write(socket, request);
            return read(socket.getInputStream(), head);
        }
    }

    /** Reads one answer; throws EOFException when it breaks off. */
    static Reply read(InputStream in, boolean head) throws IOException {
        String statusLine = line(in);
        if (!statusLine.startsWith("HTTP/1.1 ")) {
            throw new IOException("no status line: " + statusLine);
        }
        int status = Integer.parseInt(statusLine.substring(9, 12));
        Map<String, String> headers = new TreeMap<>();
        String field = line(in);
        while (!field.isEmpty()) {
            int colon = field.indexOf(':');
            headers.put(
                    field.substring(0, colon).toLowerCase(Locale.ROOT),
                    field.substring(colon + 1).trim());
            field = line(in);
        }
        byte[] body;
        if (head) {
            body = in.readAllBytes();
        } else if (headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
            body = chunks(in);
        } else {
            body = exactly(in, Integer.parseInt(headers.getOrDefault("content-length", "0")));
        }
        return new Reply(status, headers, new String(body, StandardCharsets.ISO_8859_1));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int length = Integer.parseInt(line(in), 16);
        while (length > 0) {
            body.write(exactly(in, length));
            exactly(in, 2);
            length = Integer.parseInt(line(in), 16);
        }
        exactly(in, 2);
        return body.toByteArray();
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the answer broke off");
        }
        return bytes;
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        int octet = in.read();
        while (octet != '\n') {
            if (octet < 0) {
                throw new EOFException("the answer broke off");
            }
            if (octet != '\r') {
                text.write(octet);
            }
            octet = in.read();
        }
        return text.toString(StandardCharsets.ISO_8859_1);
    }
}
