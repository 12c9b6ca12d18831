// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import com.sun.management.ThreadMXBean;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * Measures {@link DumpBenchmark} in {@link Pairs}, floor and candidate in turn.
 */
public final class DumpRatios {
    private static final int WARM_UP = 40;
    private static final int PAIRS = 61;
    /** Fewer, because they are slow, and TIME-WAIT lasts only a minute. */
    private static final int PROC_PAIRS = 11;

    private DumpRatios() {}

    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        out.println("sockets  floor ms  decode/floor (median, quartiles)  /proc / floor  bytes allocated a decode");
        for (int sockets : new int[] {10_000, 100_000}) {
            DumpBenchmark benchmark = new DumpBenchmark();
            benchmark.sockets = sockets;
            benchmark.open();
            try {
                print(out, sockets, benchmark);
            } finally {
                benchmark.close();
            }
        }
    }

    private static void print(PrintStream out, int sockets, DumpBenchmark benchmark) throws Exception {
        for (int i = 0; i < WARM_UP; i++) {
            benchmark.receiveAndThrowAway();
            benchmark.decode();
        }
        Pairs decode = new Pairs();
        for (int i = 0; i < PAIRS; i++) {
            decode.measure(benchmark::receiveAndThrowAway, benchmark::decode);
        }
        Pairs proc = new Pairs();
        for (int i = 0; i < PROC_PAIRS; i++) {
            proc.measure(benchmark::receiveAndThrowAway, benchmark::proc);
        }
        if (benchmark.decode() < sockets) {
            throw new IllegalStateException("TIME-WAIT sockets ended during the measurement");
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        benchmark.decode();
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        out.printf(
                Locale.ROOT,
                "%7d  %8.2f  %30s  %13.2f  %24d%n",
                sockets,
                decode.floorMillis(),
                decode,
                proc.median(),
                allocated);
    }
}
