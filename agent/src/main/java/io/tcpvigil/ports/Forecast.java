// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import java.util.Arrays;
import java.util.Optional;

/**
 * When a set of ports will be used up, from how its use grew over the last minutes.
 *
 * <p>The slope is the median of the slopes between all pairs of samples (Theil, 1950; Sen, 1968), which a burst does not
 * bend. Its interval is the wider of two. One is Sen's, from the distribution of Kendall's tau, and takes each sample's
 * deviation for its own. But a count of open connections is a sum of what came and went, whose deviations last: so the
 * other comes from the growth in eight equal parts of the window, as the interval of a mean by Student's t.
 *
 * <p>There is no forecast without a trend: while the interval reaches down to 0, when too little is known, and when the
 * last quarter of the window shows no growth, as when TIME-WAIT has filled up to where it ends as fast as it comes.
 *
 * <p>Samples are few and bounded: when there is no room, every second one goes, and later ones are kept as far apart. Not
 * thread-safe.
 */
public final class Forecast {
    private static final int MOST_SAMPLES = 64;
    private static final int FEWEST_SAMPLES = 8;
    private static final int PARTS = 8;
    /** Of the normal distribution, and of Student's t with 7 degrees of freedom: 95 % between minus and plus. */
    private static final double NORMAL_95 = 1.960;

    private static final double STUDENT_95 = 2.365;
    private static final double NANOS = 1e9;

    /**
     * Seconds until no port is left, counted from the last sample.
     *
     * @param seconds at the slope of the middle
     * @param earliestSeconds at the steepest slope that 95 % of such samples leave possible
     * @param latestSeconds at the flattest one
     */
    public record Exhaustion(double seconds, double earliestSeconds, double latestSeconds) {}

    private final long windowNanos;
    private final long[] times = new long[MOST_SAMPLES + 1];
    private final int[] used = new int[MOST_SAMPLES + 1];
    private int samples;
    /** How far apart samples are kept; more and more until the window holds no more than there is room for. */
    private long spacingNanos;

    /** @param windowNanos how far back samples count */
    public Forecast(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    /**
     * Takes a sample.
     *
     * @param nanos monotonic, later than that of the sample before
     * @param portsUsed how many ports are in use
     */
    public void add(long nanos, int portsUsed) {
        int old = 0;
        while (old < samples && nanos - times[old] > windowNanos) {
            old++;
        }
        if (old > 0) {
            samples -= old;
            System.arraycopy(times, old, times, 0, samples);
            System.arraycopy(used, old, used, 0, samples);
        }
        // Two samples back: so that the last place, which is written over, does not move on for ever.
        boolean replaces = samples > 1 && nanos - times[samples - 2] < spacingNanos;
        if (!replaces && samples == MOST_SAMPLES + 1) {
            thin();
        }
        int at = replaces ? samples - 1 : samples++;
        times[at] = nanos;
        used[at] = portsUsed;
    }

    /** Drops every second sample but the last. */
    private void thin() {
        int kept = 0;
        for (int i = 0; i < samples; i += 2) {
            times[kept] = times[i];
            used[kept] = used[i];
            kept++;
        }
        samples = kept;
        spacingNanos = 2 * (times[samples - 1] - times[0]) / MOST_SAMPLES;
    }

    /** How many samples are kept. */
    int samples() {
        return samples;
    }

    /**
     * When all of {@code available} ports will be in use; empty when there is no trend towards that.
     *
     * @param available how many there are, used ones included
     */
    public Optional<Exhaustion> exhaustion(int available) {
        if (samples > 0 && used[samples - 1] >= available) {
            return Optional.of(new Exhaustion(0, 0, 0));
        }
        if (samples < FEWEST_SAMPLES || !stillGrows()) {
            return Optional.empty();
        }
        double[] slopes = slopes();
        double slope = median(slopes, slopes.length);
        double[] interval = interval(slopes);
        if (interval[0] <= 0 || slope <= 0) {
            return Optional.empty();
        }
        double left = Math.max(0, available - levelNow(slope));
        return Optional.of(new Exhaustion(left / slope, left / interval[1], left / interval[0]));
    }

    /** Whether the last quarter of the window ends higher than it began. */
    private boolean stillGrows() {
        int from = samples - 1 - Math.max(2, samples / 4);
        return used[samples - 1] > used[from];
    }

    /** Ports a second between each two samples, ascending. */
    private double[] slopes() {
        double[] slopes = new double[samples * (samples - 1) / 2];
        int count = 0;
        for (int i = 0; i < samples; i++) {
            for (int j = i + 1; j < samples; j++) {
                slopes[count++] = (used[j] - used[i]) * NANOS / (times[j] - times[i]);
            }
        }
        Arrays.sort(slopes);
        return slopes;
    }

    /** The lowest and the highest slope that are possible. */
    private double[] interval(double[] slopes) {
        double deviation = Math.sqrt(samples * (samples - 1.0) * (2 * samples + 5) / 18);
        int off = (int) Math.ceil((slopes.length - NORMAL_95 * deviation) / 2);
        double low = slopes[Math.max(0, off)];
        double high = slopes[Math.min(slopes.length - 1, slopes.length - 1 - off)];
        double[] parts = partSlopes();
        double mean = 0;
        for (double part : parts) {
            mean += part / PARTS;
        }
        double squares = 0;
        for (double part : parts) {
            squares += (part - mean) * (part - mean);
        }
        double reach = STUDENT_95 * Math.sqrt(squares / (PARTS - 1) / PARTS);
        return new double[] {Math.min(low, mean - reach), Math.max(high, mean + reach)};
    }

    /** Ports a second in each of equally long parts of the window; between samples the use is taken to run straight. */
    private double[] partSlopes() {
        double[] parts = new double[PARTS];
        double seconds = (times[samples - 1] - times[0]) / NANOS / PARTS;
        double before = used[0];
        for (int part = 1; part <= PARTS; part++) {
            double level = levelAt(times[0] + (long) (part * seconds * NANOS));
            parts[part - 1] = (level - before) / seconds;
            before = level;
        }
        return parts;
    }

    private double levelAt(long nanos) {
        int next = 1;
        while (next < samples - 1 && times[next] < nanos) {
            next++;
        }
        double share = Math.min(1, (double) (nanos - times[next - 1]) / (times[next] - times[next - 1]));
        return used[next - 1] + share * (used[next] - used[next - 1]);
    }

    /** Where the line of this slope, laid through the middle of the samples, stands at the last of them. */
    private double levelNow(double slope) {
        double[] levels = new double[samples];
        for (int i = 0; i < samples; i++) {
            levels[i] = used[i] + slope * ((times[samples - 1] - times[i]) / NANOS);
        }
        Arrays.sort(levels);
        return median(levels, samples);
    }

    private static double median(double[] sorted, int count) {
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
    }
}
