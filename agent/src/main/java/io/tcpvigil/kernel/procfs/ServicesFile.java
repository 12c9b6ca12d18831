// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import io.tcpvigil.Nullable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * {@code /etc/services}, services(5): the usual names of ports. Names are an ornament, so that nothing here fails: a line
 * that makes no sense is passed over, a file that is not there has no names, and one that cannot be read says so in
 * {@link #problem}. It is read once, when the first name is asked for. Thread-safe.
 *
 * <pre>
 * https    443/tcp    # http protocol over TLS/SSL
 * </pre>
 */
public final class ServicesFile {
    private static final Path USUAL = Path.of("/etc/services");
    private static final int MAX_PORT = 65_535;

    private record Names(Map<Integer, String> tcp, Map<Integer, String> udp, String problem) {}

    private final Path file;
    private volatile @Nullable Names loaded;

    public ServicesFile(Path file) {
        this.file = file;
    }

    /** The file where it usually is. */
    public static ServicesFile usual() {
        return new ServicesFile(USUAL);
    }

    /** The name of a TCP port, or null when it has none. The first of several names counts. */
    public @Nullable String tcp(int port) {
        return names().tcp.get(port);
    }

    /** The name of a UDP port, or null when it has none. The first of several names counts. */
    public @Nullable String udp(int port) {
        return names().udp.get(port);
    }

    /** Why there are no names although there is a file; empty when all is well. */
    public String problem() {
        return names().problem;
    }

    private Names names() {
        Names names = loaded;
        if (names == null) {
            synchronized (this) {
                names = loaded;
                if (names == null) {
                    names = load();
                    loaded = names;
                }
            }
        }
        return names;
    }

    private Names load() {
        Map<Integer, String> tcp = new HashMap<>();
        Map<Integer, String> udp = new HashMap<>();
        try {
            String text = SmallFile.read(file);
            int start = 0;
            while (start < text.length()) {
                int newline = text.indexOf('\n', start);
                int end = newline < 0 ? text.length() : newline;
                takeLine(text, start, end, tcp, udp);
                start = end + 1;
            }
            return new Names(tcp, udp, "");
        } catch (NoSuchFileException absent) {
            return new Names(tcp, udp, "");
        } catch (IOException failed) {
            return new Names(tcp, udp, String.valueOf(failed.getMessage()));
        }
    }

    private static void takeLine(String text, int start, int end, Map<Integer, String> tcp, Map<Integer, String> udp) {
        int nameStart = skipBlanks(text, start, end);
        int nameEnd = skipWord(text, nameStart, end);
        int portStart = skipBlanks(text, nameEnd, end);
        int portEnd = skipWord(text, portStart, end);
        int slash = text.indexOf('/', portStart);
        if (nameEnd == nameStart || slash < 0) {
            return;
        }
        long port = Decimals.parse(text, portStart, slash);
        if (port < 1 || port > MAX_PORT) {
            return;
        }
        String name = text.substring(nameStart, nameEnd);
        if (text.startsWith("/tcp", slash) && portEnd == slash + 4) {
            tcp.putIfAbsent((int) port, name);
        } else if (text.startsWith("/udp", slash) && portEnd == slash + 4) {
            udp.putIfAbsent((int) port, name);
        }
    }

    private static int skipBlanks(String text, int from, int end) {
        int at = from;
        while (at < end && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }

    /** A word is visible ASCII up to a comment: what ends up in labels and on terminals holds nothing else. */
    private static int skipWord(String text, int from, int end) {
        int at = from;
        while (at < end && text.charAt(at) > ' ' && text.charAt(at) < 0x7F && text.charAt(at) != '#') {
            at++;
        }
        return at;
    }
}
