// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import io.tcpvigil.Nullable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/**
 * Reads the head of a request (RFC 9112 sections 2 to 5). What two readers could understand differently is refused: folded
 * lines, blanks before a colon, control characters, two lengths.
 */
final class RequestReader {
    private static final int MAX_FIELDS = 64;
    private static final Pattern LINE_END = Pattern.compile("\r?\n");
    private static final Pattern VERSION = Pattern.compile("HTTP/1\\.[0-9]");

    private final int headBytes;
    private final InetAddress client;
    private final InetSocketAddress server;

    /** Bytes of the head that have been looked at, so that one that comes byte by byte is not read over and over. */
    private int scanned;

    RequestReader(int headBytes, InetAddress client, InetSocketAddress server) {
        this.headBytes = headBytes;
        this.client = client;
        this.server = server;
    }

    /** The next request; null when its head is not complete. Takes it out of the input. */
    @Nullable
    Request next(Input input) throws BadRequestException {
        if (scanned == 0) {
            skipBlankLines(input);
        }
        int end = endOfHead(input);
        if (Math.max(end, scanned) > headBytes) {
            throw new BadRequestException(431, "the head of the request is longer than " + headBytes + " bytes");
        }
        if (end < 0) {
            return null;
        }
        scanned = 0;
        return parse(new String(input.take(end), StandardCharsets.ISO_8859_1));
    }

    /** Some clients send an empty line after the request before. */
    private static void skipBlankLines(Input input) {
        while (input.length() > 0 && (input.at(0) == '\r' || input.at(0) == '\n')) {
            input.drop(1);
        }
    }

    /** Where the empty line ends that ends the head; -1 when it is not there yet. */
    private int endOfHead(Input input) {
        for (; scanned < input.length(); scanned++) {
            if (input.at(scanned) != '\n') {
                continue;
            }
            int before = scanned - 1;
            if (before >= 0 && input.at(before) == '\r') {
                before--;
            }
            if (before >= 0 && input.at(before) == '\n') {
                return scanned + 1;
            }
        }
        return -1;
    }

    private Request parse(String head) throws BadRequestException {
        String[] lines = LINE_END.split(head, -1);
        String[] words = lines[0].split(" ", -1);
        if (words.length != 3 || !isToken(words[0]) || words[1].isEmpty() || !isText(words[1])) {
            throw new BadRequestException(400, "the request line is not METHOD TARGET VERSION");
        }
        if (!VERSION.matcher(words[2]).matches()) {
            throw new BadRequestException(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
        }
        Map<String, List<String>> fields = fields(lines);
        boolean old = words[2].equals("HTTP/1.0");
        if (!old && fields.getOrDefault("host", List.of()).size() != 1) {
            throw new BadRequestException(400, "a request has exactly one Host field");
        }
        boolean keepAlive = !hasBody(fields) && wantsToKeep(fields.getOrDefault("connection", List.of()), old);
        return new Request(words[0], path(words[1]), fields, keepAlive, client, server);
    }

    private static Map<String, List<String>> fields(String[] lines) throws BadRequestException {
        Map<String, List<String>> fields = new HashMap<>();
        // The last two are the empty line and what is after its end.
        for (int i = 1; i < lines.length - 2; i++) {
            int colon = lines[i].indexOf(':');
            String name = colon < 0 ? "" : lines[i].substring(0, colon);
            String value = lines[i].substring(colon + 1).strip();
            if (!isToken(name) || !isText(value)) {
                throw new BadRequestException(400, "a header field is not NAME: VALUE");
            }
            if (i > MAX_FIELDS) {
                throw new BadRequestException(431, "there are more than " + MAX_FIELDS + " header fields");
            }
            fields.computeIfAbsent(name.toLowerCase(Locale.ROOT), none -> new ArrayList<>(1))
                    .add(value);
        }
        return fields;
    }

    private static boolean hasBody(Map<String, List<String>> fields) throws BadRequestException {
        List<String> lengths = fields.getOrDefault("content-length", List.of());
        boolean coded = fields.containsKey("transfer-encoding");
        if (lengths.size() > (coded ? 0 : 1) || !lengths.stream().allMatch(length -> length.matches("[0-9]+"))) {
            throw new BadRequestException(400, "the length of the body is not clear");
        }
        return coded || lengths.stream().anyMatch(length -> !length.matches("0+"));
    }

    private static boolean wantsToKeep(List<String> connection, boolean old) {
        String options =
                "," + String.join(",", connection).toLowerCase(Locale.ROOT).replace(" ", "") + ",";
        return old ? options.contains(",keep-alive,") : !options.contains(",close,");
    }

    /** Without the query; of the absolute form that is sent to proxies, what follows the host. */
    private static String path(String target) {
        String path = target;
        int scheme = target.indexOf("://");
        if (!target.startsWith("/") && scheme >= 0) {
            int slash = target.indexOf('/', scheme + 3);
            path = slash < 0 ? "/" : target.substring(slash);
        }
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }

    private static boolean isToken(String text) {
        return !text.isEmpty()
                && allOf(
                        text,
                        c -> (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || (c >= '0' && c <= '9')
                                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
    }

    private static boolean isText(String text) {
        return allOf(text, c -> c == '\t' || (c >= ' ' && c != 0x7F));
    }

    private static boolean allOf(String text, IntPredicate allowed) {
        for (int i = 0; i < text.length(); i++) {
            if (!allowed.test(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
