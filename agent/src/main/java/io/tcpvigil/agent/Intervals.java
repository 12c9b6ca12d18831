// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

/**
 * How often to look.
 *
 * @param fastNanos from one sample to the next
 * @param fullNanos from one full sample to the next; the same as {@code fastNanos} when every sample is a full one
 * @param processorShare the most processor time that samples may take, as a share of one processor, such as 0.01; infinite
 *     for no bound
 */
public record Intervals(long fastNanos, long fullNanos, double processorShare) {
    /** Every sample a full one, whatever it costs: somebody waits for it. */
    public static Intervals every(long nanos) {
        return new Intervals(nanos, nanos, Double.POSITIVE_INFINITY);
    }

    public Intervals {
        if (fastNanos <= 0 || fullNanos < fastNanos || !(processorShare > 0)) {
            throw new IllegalArgumentException(fastNanos + " ns, " + fullNanos + " ns, " + processorShare);
        }
    }
}
