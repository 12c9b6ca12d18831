// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.Nullable;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The standard output, buffered, which remembers why something could not be written; {@link PrintStream} only that. */
final class StandardOutput extends PrintStream {
    private static final int BUFFER_BYTES = 1 << 16;
    /** EPIPE as the JDK words it: a reader such as {@code head} has seen enough, which is no failure. */
    private static final String READER_IS_GONE = "Broken pipe";

    private final Remembering file;

    StandardOutput() {
        this(new Remembering(new FileOutputStream(FileDescriptor.out)));
    }

    private StandardOutput(Remembering file) {
        super(new BufferedOutputStream(file, BUFFER_BYTES), false, StandardCharsets.UTF_8);
        this.file = file;
    }

    /** The first failure to write, in the kernel's words; null when there was none but a reader that left. */
    @Nullable
    String failure() {
        return file.failure;
    }

    private static final class Remembering extends OutputStream {
        private final OutputStream target;
        private @Nullable String failure;

        Remembering(OutputStream target) {
            this.target = target;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                target.write(bytes, offset, length);
            } catch (IOException lost) {
                String reason = String.valueOf(lost.getMessage());
                if (failure == null && !reason.equals(READER_IS_GONE)) {
                    failure = reason;
                }
                throw lost;
            }
        }
    }
}
