// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import io.tcpvigil.tcp.IpAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A {@link Forecast} for each of the destinations that use most ports. Bounded, not thread-safe. */
public final class DestinationTrends {
    private final int most;
    private final long windowNanos;
    private final Map<Key, Forecast> forecasts = new HashMap<>();

    private record Key(IpAddress source, IpAddress destination, int port) {
        static Key of(DestinationUse use) {
            return new Key(use.source(), use.destination(), use.port());
        }
    }

    /**
     * @param most how many destinations are followed; one that falls out of the first so many is forgotten
     * @param windowNanos how far back samples count
     */
    public DestinationTrends(int most, long windowNanos) {
        this.most = most;
        this.windowNanos = windowNanos;
    }

    /**
     * Takes one sample of all destinations.
     *
     * @param uses busiest first, as {@link PortBreakdown} has them
     */
    public void add(long nanos, List<DestinationUse> uses) {
        Map<Key, Forecast> kept = new HashMap<>();
        for (DestinationUse use : uses.subList(0, Math.min(most, uses.size()))) {
            Key key = Key.of(use);
            Forecast forecast = forecasts.get(key);
            if (forecast == null) {
                forecast = new Forecast(windowNanos);
            }
            forecast.add(nanos, use.portsUsed());
            kept.put(key, forecast);
        }
        forecasts.clear();
        forecasts.putAll(kept);
    }

    /** When the destination's ports will be used up; empty when there is no trend, or it is not followed. */
    public Optional<Forecast.Exhaustion> exhaustion(DestinationUse use) {
        Forecast forecast = forecasts.get(Key.of(use));
        return forecast == null ? Optional.empty() : forecast.exhaustion(use.portsAvailable());
    }
}
