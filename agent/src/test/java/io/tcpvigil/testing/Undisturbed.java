// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.libc.Libc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Measures with a probe where the machine lets it see everything.
 *
 * <p>There are guest systems whose kernel runs no BPF program, and counts no miss, in an interrupt that comes while a thread
 * of process 1 is at work, which is the host's there. What a timer did to a socket in that interrupt no probe can tell, once
 * in some hundred times. The kernel's own event trace does tell it, with the thread that was interrupted: when it has such
 * an event, the measurement says nothing, whether it came out right or wrong, and is taken again.
 */
public final class Undisturbed implements AutoCloseable {
    private static final int MOST_TRIES = 20;
    private static final String TRACING = "/sys/kernel/tracing";
    private static final AtomicInteger INSTANCES = new AtomicInteger();

    /** Its mounts are its own and end with it. */
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread created = new Thread(work, "event trace");
        created.setDaemon(true);
        return created;
    });

    private final Path instance = Path.of(
            TRACING, "instances", "tcpvigil-" + ProcessHandle.current().pid() + "-" + INSTANCES.incrementAndGet());

    private Undisturbed() throws Exception {
        call(() -> {
            Libc libc = Libc.get();
            libc.unshare(Libc.CLONE_NEWNS);
            libc.mount("none", "/", Libc.MS_REC_PRIVATE);
            libc.mount("tracefs", TRACING, 0);
            Files.createDirectory(instance);
            Path event = instance.resolve("events/sock/inet_sock_set_state");
            Files.writeString(event.resolve("filter"), whileProcessOneRuns());
            return Files.writeString(event.resolve("enable"), "1");
        });
    }

    /** Takes a measurement that no such interrupt disturbed; what it throws is part of it. */
    public static <T> T measure(Callable<T> measurement) throws Exception {
        for (int left = MOST_TRIES; ; left--) {
            try (Undisturbed trace = new Undisturbed()) {
                T result = null;
                Throwable failure = null;
                try {
                    result = measurement.call();
                } catch (Exception | AssertionError failed) {
                    failure = failed;
                }
                List<String> interrupts = trace.interrupts();
                if (interrupts.isEmpty() || left == 1) {
                    return result(result, failure);
                }
                System.out.println("taken again: no probe is told of " + interrupts.size()
                        + " transitions, the first of them" + interrupts.get(0));
            }
        }
    }

    private static <T> T result(@Nullable T result, @Nullable Throwable failure) throws Exception {
        if (failure instanceof Exception exception) {
            throw exception;
        }
        if (result == null) {
            throw failure instanceof Error error ? error : new AssertionError("a measurement gives a result", failure);
        }
        return result;
    }

    private static String whileProcessOneRuns() throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/1/task"))) {
            return String.join(
                    " || ",
                    threads.map(each -> "common_pid == " + each.getFileName()).toList());
        }
    }

    /**
     * Lines such as {@code init-1 [001] .Ns1. 15108.045961: inet_sock_set_state: ...}, where the third mark tells a softirq
     * (s), a hard one (h) or both from a call of that thread itself.
     */
    private List<String> interrupts() throws Exception {
        return call(() -> Files.readAllLines(instance.resolve("trace")).stream()
                .filter(line -> line.matches(".* \\[\\d+] ..[sShH].* inet_sock_set_state: .*"))
                .toList());
    }

    private <T> T call(Callable<T> work) throws Exception {
        try {
            return thread.submit(work).get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw failure;
        }
    }

    @Override
    public void close() {
        thread.execute(() -> {
            try {
                Files.delete(instance);
            } catch (IOException stays) {
                throw new UncheckedIOException(stays);
            }
        });
        thread.shutdown();
    }
}
