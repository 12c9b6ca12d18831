// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import io.tcpvigil.kernel.libc.Libc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Reads from tracefs (Documentation/trace/ftrace.rst): where it is mounted, else from a mount that only one short-lived
 * thread sees and that ends with it, so that nothing is left on the host whatever happens.
 */
final class TraceFs {
    /** Made by every kernel that has tracefs. */
    private static final String USUAL = "/sys/kernel/tracing";

    private final Libc libc;
    private final Path mounts;

    TraceFs(Libc libc) {
        this(libc, Path.of("/proc/thread-self/mounts"));
    }

    /** Says where mounts are listed, as {@code /proc/self/mounts} does. */
    TraceFs(Libc libc, Path mounts) {
        this.libc = libc;
        this.mounts = mounts;
    }

    /** The {@code format} file of an event, such as {@code sock/inet_sock_set_state}. */
    TracepointFormat format(String event) throws IOException {
        String file = "events/" + event + "/format";
        for (String mounted : mountPoints()) {
            try {
                return TracepointFormat.parse(Files.readString(Path.of(mounted, file)));
            } catch (NoSuchFileException without) {
                throw new MalformedTypesException(-1, "this kernel has no tracepoint " + event.replace('/', ':'));
            }
        }
        return TracepointFormat.parse(readPrivately(Path.of(USUAL, file)));
    }

    private List<String> mountPoints() throws IOException {
        List<String> found = new ArrayList<>();
        for (String line : Files.readAllLines(mounts, StandardCharsets.UTF_8)) {
            // device, directory, type, options
            int directory = line.indexOf(' ') + 1;
            int type = line.indexOf(' ', directory) + 1;
            if (type > 0 && line.startsWith("tracefs ", type)) {
                found.add(line.substring(directory, type - 1));
            }
        }
        return found;
    }

    private String readPrivately(Path file) throws IOException {
        FutureTask<String> read = new FutureTask<>(() -> {
            libc.unshare(Libc.CLONE_NEWNS);
            // Or the mount below would show up in the namespace that this one was copied from.
            libc.mount("none", "/", Libc.MS_REC_PRIVATE);
            libc.mount("tracefs", USUAL, 0);
            return Files.readString(file);
        });
        Thread thread = new Thread(read, "tracefs");
        thread.setDaemon(true);
        thread.start();
        try {
            return read.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException("reading tracefs", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while reading tracefs", interrupted);
        }
    }
}
