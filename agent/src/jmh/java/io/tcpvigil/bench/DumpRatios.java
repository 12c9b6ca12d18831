// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import com.sun.management.ThreadMXBean;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;

/**
 * Measures {@link DumpBenchmark} in pairs, floor and candidate in turn, and prints the median of the ratios: a machine that
 * slows down for a while slows both sides of a pair.
 */
public final class DumpRatios {
    private static final int WARM_UP = 40;
    private static final int PAIRS = 61;
    /** Fewer, because they are slow, and TIME-WAIT lasts only a minute. */
    private static final int PROC_PAIRS = 11;

    private DumpRatios() {}

    private interface Work {
        long run() throws Exception;
    }

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
        double[] floors = new double[PAIRS];
        double[] decode = ratios(floors, benchmark::receiveAndThrowAway, benchmark::decode);
        double[] proc = ratios(new double[PROC_PAIRS], benchmark::receiveAndThrowAway, benchmark::proc);
        if (benchmark.decode() < sockets) {
            throw new IllegalStateException("TIME-WAIT sockets ended during the measurement");
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        benchmark.decode();
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        out.printf(
                Locale.ROOT,
                "%7d  %8.2f  %20.3f (%.3f to %.3f)  %13.2f  %24d%n",
                sockets,
                quantile(floors, 0.5) / 1e6,
                quantile(decode, 0.5),
                quantile(decode, 0.25),
                quantile(decode, 0.75),
                quantile(proc, 0.5),
                allocated);
    }

    /** Runs both in turn, as often as {@code floors} is long; fills it with the first one's nanoseconds. */
    private static double[] ratios(double[] floors, Work floor, Work candidate) throws Exception {
        double[] ratios = new double[floors.length];
        for (int i = 0; i < floors.length; i++) {
            floors[i] = nanos(floor);
            ratios[i] = nanos(candidate) / floors[i];
        }
        return ratios;
    }

    private static double nanos(Work work) throws Exception {
        long start = System.nanoTime();
        work.run();
        return System.nanoTime() - start;
    }

    private static double quantile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) (share * (sorted.length - 1))];
    }
}
