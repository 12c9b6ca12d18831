// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import io.tcpvigil.Nullable;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** Opens and reads files so that every failure names the file, and a file that is not there is told from one refused. */
final class SmallFile {
    private static final int FIRST_READ_BYTES = 8192;

    private SmallFile() {}

    /** Opens {@code file}; {@link NoSuchFileException} only when it is known not to be there. */
    static FileInputStream open(Path file) throws IOException {
        try {
            return new FileInputStream(file.toFile());
        } catch (FileNotFoundException refused) {
            // This type stands for every failure of open(2), EACCES included; its message has the path and the kernel's
            // text.
            if (Files.notExists(file)) {
                NoSuchFileException absent = new NoSuchFileException(file.toString(), null, "there is no such file");
                absent.initCause(refused);
                throw absent;
            }
            throw new IOException(refused.getMessage(), refused);
        }
    }

    /** The whole file, one char per byte. */
    static String read(Path file) throws IOException {
        return new String(readBytes(file), StandardCharsets.ISO_8859_1);
    }

    /** The whole file. */
    static byte[] readBytes(Path file) throws IOException {
        try (FileInputStream in = open(file)) {
            byte[] content = new byte[FIRST_READ_BYTES];
            int length = 0;
            int got = read(in, file, content, 0);
            while (got >= 0) {
                length += got;
                if (length == content.length) {
                    content = Arrays.copyOf(content, 2 * length);
                }
                got = read(in, file, content, length);
            }
            return Arrays.copyOf(content, length);
        }
    }

    /** The whole file, or null when it is not there. */
    static @Nullable String readIfPresent(Path file) throws IOException {
        try {
            return read(file);
        } catch (NoSuchFileException absent) {
            return null;
        }
    }

    /** What a single {@code read(2)} of up to {@code limit} bytes gives, or null when the file is not there. */
    static @Nullable String readOnce(Path file, int limit) throws IOException {
        try (FileInputStream in = open(file)) {
            byte[] content = new byte[limit];
            int got = read(in, file, content, 0);
            return new String(content, 0, Math.max(0, got), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException absent) {
            return null;
        }
    }

    /** One {@code read(2)} into {@code target} from {@code offset} to its end; how many bytes came, or -1 at the end. */
    static int read(InputStream in, Path file, byte[] target, int offset) throws IOException {
        try {
            return in.read(target, offset, target.length - offset);
        } catch (IOException failed) {
            throw new IOException(file + ": " + failed.getMessage(), failed);
        }
    }
}
