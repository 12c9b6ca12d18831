// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import io.tcpvigil.kernel.DestroyEvents;
import io.tcpvigil.kernel.libc.Libc;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Whether the reader of destroy messages keeps up, read the way the daemon does: a wait for the first message, 20 ms in which
 * others gather, then all at once. On 2 processors of a virtual machine, Linux 6.18, JDK 17: 200,000 connections at 19,474 a
 * second, 400,006 messages, none lost; 1.0 microseconds of processor time a message, 3.9 % of a processor. Argument: connections a second, and for how many seconds; without, 20,000 for 10 s.
 */
public final class DestroyRates {
    private static final long GATHER_MILLIS = 20;
    private static final int WAIT_MILLIS = 250;
    private static final int QUIET_WAITS = 4;

    private DestroyRates() {}

    /** What the reader came to. */
    private static final class Reader implements Runnable {
        final CountDownLatch listening = new CountDownLatch(1);
        volatile boolean done;
        long received;
        long lost;
        long processorNanos;
        private long unused;

        @Override
        public void run() {
            long start = Libc.get().threadCpuNanos();
            try (DestroyEvents events = DestroyEvents.ofThread(System::nanoTime)) {
                events.listen();
                listening.countDown();
                int quiet = 0;
                while (!done || quiet < QUIET_WAITS) {
                    if (events.await(WAIT_MILLIS)) {
                        quiet = 0;
                        events.drain(message -> unused += message.bytesReceived() + message.cookie());
                        TimeUnit.MILLISECONDS.sleep(GATHER_MILLIS);
                    } else {
                        quiet++;
                    }
                }
                received = events.received();
                lost = events.lost();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
            processorNanos = Libc.get().threadCpuNanos() - start;
        }
    }

    public static void main(String[] arguments) throws Exception {
        int perSecond = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000;
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10;
        try (SocketFarm farm = SocketFarm.empty(false, 0)) {
            Reader reader = new Reader();
            Thread thread = farm.call(() -> {
                // Made on a thread of the namespace, it is in the namespace, too.
                Thread made = new Thread(reader, "reader");
                made.start();
                return made;
            });
            reader.listening.await();
            long start = System.nanoTime();
            double rate = farm.churn(perSecond * seconds, perSecond);
            double took = (System.nanoTime() - start) / 1e9;
            reader.done = true;
            thread.join();
            System.out.printf(
                    Locale.ROOT,
                    "%,d connections in %.1f s, %,.0f a second: %,d messages, %,d lost; the reader took %.1f %% of a"
                            + " processor, %.2f microseconds a message%n",
                    perSecond * seconds,
                    took,
                    rate,
                    reader.received,
                    reader.lost,
                    reader.processorNanos / took / 1e7,
                    reader.processorNanos / 1e3 / Math.max(1, reader.received));
        }
    }
}
