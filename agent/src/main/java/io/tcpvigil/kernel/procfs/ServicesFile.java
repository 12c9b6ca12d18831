// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import io.tcpvigil.Nullable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

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
    private static final int UDP_FLAG = 1;

    private final Path file;
    private volatile @Nullable Entries loaded;

    public ServicesFile(Path file) {
        this.file = file;
    }

    /** The file where it usually is. */
    public static ServicesFile usual() {
        return new ServicesFile(USUAL);
    }

    /** The name of a TCP port, or null when it has none. The first of several names counts. */
    public @Nullable String tcp(int port) {
        return entries().name(port << 1);
    }

    /** The name of a UDP port, or null when it has none. The first of several names counts. */
    public @Nullable String udp(int port) {
        return entries().name(port << 1 | UDP_FLAG);
    }

    /** Why there are no names although there is a file; empty when all is well. */
    public String problem() {
        return entries().problem;
    }

    private Entries entries() {
        Entries entries = loaded;
        if (entries == null) {
            synchronized (this) {
                entries = loaded;
                if (entries == null) {
                    entries = load();
                    loaded = entries;
                }
            }
        }
        return entries;
    }

    private Entries load() {
        try {
            return new Entries(SmallFile.readBytes(file), "");
        } catch (NoSuchFileException absent) {
            return new Entries(new byte[0], "");
        } catch (IOException failed) {
            return new Entries(new byte[0], String.valueOf(failed.getMessage()));
        }
    }

    /**
     * The file as it is and where its names are: a command that starts, shows twenty ports and ends has no time to make
     * strings of three hundred.
     */
    private static final class Entries {
        private final byte[] text;
        private final String problem;
        private int[] keys = new int[512];
        private int[] nameStarts = new int[512];
        private int count;

        Entries(byte[] text, String problem) {
            this.text = text;
            this.problem = problem;
            int at = 0;
            while (at < text.length) {
                at = takeLine(at) + 1;
            }
        }

        /** Takes the entry of the line at {@code start}, if it has one; where the line ends. */
        private int takeLine(int start) {
            byte[] bytes = text;
            int nameStart = skipBlanks(start);
            int nameEnd = skipWord(nameStart);
            int at = skipBlanks(nameEnd);
            int port = 0;
            while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9' && port <= MAX_PORT) {
                port = port * 10 + (bytes[at] - '0');
                at++;
            }
            int protocolEnd = skipWord(at);
            if (nameEnd > nameStart && port > 0 && port <= MAX_PORT && protocolEnd - at == 4) {
                addIfKnown(port, at, nameStart);
            }
            while (protocolEnd < bytes.length && bytes[protocolEnd] != '\n') {
                protocolEnd++;
            }
            return protocolEnd;
        }

        private void addIfKnown(int port, int protocolStart, int nameStart) {
            byte[] bytes = text;
            if (bytes[protocolStart] != '/' || bytes[protocolStart + 3] != 'p') {
                return;
            }
            if (bytes[protocolStart + 1] == 't' && bytes[protocolStart + 2] == 'c') {
                add(port << 1, nameStart);
            } else if (bytes[protocolStart + 1] == 'u' && bytes[protocolStart + 2] == 'd') {
                add(port << 1 | UDP_FLAG, nameStart);
            }
        }

        private void add(int key, int nameStart) {
            if (count == keys.length) {
                keys = Arrays.copyOf(keys, 2 * count);
                nameStarts = Arrays.copyOf(nameStarts, 2 * count);
            }
            keys[count] = key;
            nameStarts[count] = nameStart;
            count++;
        }

        @Nullable
        String name(int key) {
            for (int i = 0; i < count; i++) {
                if (keys[i] == key) {
                    int start = nameStarts[i];
                    return new String(text, start, skipWord(start) - start, StandardCharsets.US_ASCII);
                }
            }
            return null;
        }

        private int skipBlanks(int from) {
            byte[] bytes = text;
            int at = from;
            while (at < bytes.length && (bytes[at] == ' ' || bytes[at] == '\t')) {
                at++;
            }
            return at;
        }

        /** A word is visible ASCII up to a comment: what ends up in labels and on terminals holds nothing else. */
        private int skipWord(int from) {
            byte[] bytes = text;
            int at = from;
            while (at < bytes.length && bytes[at] > ' ' && bytes[at] < 0x7F && bytes[at] != '#') {
                at++;
            }
            return at;
        }
    }
}
