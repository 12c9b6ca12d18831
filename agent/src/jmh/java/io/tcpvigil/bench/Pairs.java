// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Locale;

/**
 * Ratios of a candidate to a floor that runs just before it: a machine that slows down for a while slows both. Both are
 * measured in processor time of the calling thread, system calls included, so that others who want the processor meanwhile
 * do not count.
 */
final class Pairs {
    /** Something to be measured. */
    interface Work {
        void run() throws Exception;
    }

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private double[] floors = {};
    private double[] ratios = {};

    /** Runs both, once. */
    void measure(Work floor, Work candidate) throws Exception {
        double floorNanos = nanos(floor);
        add(floorNanos, nanos(candidate));
    }

    /** Takes in what both took, where there is something to be done in between. */
    void add(double floorNanos, double candidateNanos) {
        floors = append(floors, floorNanos);
        ratios = append(ratios, candidateNanos / floorNanos);
    }

    int count() {
        return ratios.length;
    }

    double floorMillis() {
        return quantile(floors, 0.5) / 1e6;
    }

    double median() {
        return quantile(ratios, 0.5);
    }

    /** Median and quartiles. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%.3f (%.3f to %.3f)", median(), quantile(ratios, 0.25), quantile(ratios, 0.75));
    }

    /** Processor time of the calling thread. */
    static double nanos(Work work) throws Exception {
        long start = THREADS.getCurrentThreadCpuTime();
        work.run();
        return THREADS.getCurrentThreadCpuTime() - start;
    }

    private static double[] append(double[] values, double value) {
        double[] longer = Arrays.copyOf(values, values.length + 1);
        longer[values.length] = value;
        return longer;
    }

    private static double quantile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) (share * (sorted.length - 1))];
    }
}
