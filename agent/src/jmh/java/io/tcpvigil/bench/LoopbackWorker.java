// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that holds sockets for another one, because a process has few descriptors. Each line that it reads is an
 * order, each line that it writes says that one is done; it ends, and with it its sockets, when its input does.
 *
 * <pre>
 *   open N           opens N connections and holds both ends: 2 N times ESTABLISHED
 *   close N          opens N connections and closes them: N times TIME-WAIT
 *   churn N RATE     the same, at RATE connections per second, or as fast as it goes if that is slower
 * </pre>
 */
public final class LoopbackWorker {
    private LoopbackWorker() {}

    /**
     * Serves.
     *
     * @param arguments {@code 4} or {@code 6}
     */
    public static void main(String[] arguments) throws IOException {
        boolean ipv6 = arguments[0].equals("6");
        Libc libc = Libc.get();
        Loopback held = new Loopback(libc, ipv6);
        Loopback closed = new Loopback(libc, ipv6);
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            String[] words = order.split(" ", 0);
            int connections = Integer.parseInt(words[1]);
            switch (words[0]) {
                case "open" -> {
                    for (int i = 0; i < connections; i++) {
                        held.open();
                    }
                }
                case "close" -> {
                    for (int i = 0; i < connections; i++) {
                        closed.openAndClose();
                    }
                }
                case "churn" -> churn(closed, connections, Integer.parseInt(words[2]));
                default -> throw new IllegalArgumentException(order);
            }
            System.out.println("done");
        }
    }

    private static void churn(Loopback loopback, int connections, int perSecond) throws SyscallException {
        long start = System.nanoTime();
        for (int i = 0; i < connections; i++) {
            long early = i * 1_000_000_000L / perSecond - (System.nanoTime() - start);
            // A wait costs some 60 us whatever is asked for: now and then a long one rather than many short ones.
            if (early > 1_000_000) {
                LockSupport.parkNanos(early);
            }
            loopback.openAndClose();
        }
    }
}
