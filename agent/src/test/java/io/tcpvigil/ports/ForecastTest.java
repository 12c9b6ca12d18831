// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.StateCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForecastTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long WINDOW = 180 * SECOND;

    private static Forecast.Exhaustion of(Optional<Forecast.Exhaustion> forecast) {
        return forecast.orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"1, 30", "2.5, 30", "10, 12", "0.5, 120"})
    void foretellsSteadyGrowth(double portsASecond, int seconds) {
        Forecast forecast = new Forecast(WINDOW);
        for (int second = 0; second <= seconds; second++) {
            forecast.add(second * SECOND, (int) Math.round(second * portsASecond));
        }
        int available = (int) (2 * seconds * portsASecond);
        Forecast.Exhaustion exhaustion = of(forecast.exhaustion(available));
        assertEquals(seconds, exhaustion.seconds(), seconds * 0.05);
        assertTrue(exhaustion.earliestSeconds() <= exhaustion.seconds());
        assertTrue(exhaustion.latestSeconds() >= exhaustion.seconds());
        assertTrue(exhaustion.latestSeconds() < seconds * 1.3, exhaustion.toString());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void comesWithinAFifthOfTheTruthAtHalfWay(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Forecast forecast = new Forecast(WINDOW);
        double used = 0;
        for (int second = 0; second <= 60; second++) {
            // Opens 100 ports in 120 s, now one more and now one less; what is read may be off by 2.
            used += 50 / 60.0 + (random.nextDouble() - 0.5);
            forecast.add(second * SECOND, (int) Math.round(used + random.nextInt(-2, 3)));
        }
        Forecast.Exhaustion exhaustion = of(forecast.exhaustion((int) Math.round(2 * used)));
        assertEquals(60, exhaustion.seconds(), 12, "seed " + seed);
    }

    @Test
    void bendsLittleForOneBurst() {
        Forecast forecast = new Forecast(WINDOW);
        for (int second = 0; second <= 60; second++) {
            forecast.add(second * SECOND, second * 10 + (second >= 30 && second < 35 ? 40 : 0));
        }
        assertEquals(60, of(forecast.exhaustion(1200)).seconds(), 6);
    }

    @Test
    void foretellsNothingOfALevelThatOnlyTrembles() {
        int foretold = 0;
        for (int seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Forecast forecast = new Forecast(WINDOW);
            for (int second = 0; second < 60; second++) {
                forecast.add(second * SECOND, 500 + random.nextInt(40));
            }
            foretold += forecast.exhaustion(1000).isPresent() ? 1 : 0;
        }
        assertTrue(foretold <= 5, foretold + " of 200");
    }

    @Test
    void seldomTakesTheWaysOfARandomWalkForATrend() {
        int foretold = 0;
        for (int seed = 0; seed < 400; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Forecast forecast = new Forecast(WINDOW);
            int used = 5000;
            for (int second = 0; second < 64; second++) {
                used += random.nextInt(-20, 21);
                forecast.add(second * SECOND, used);
            }
            foretold += forecast.exhaustion(10_000).isPresent() ? 1 : 0;
        }
        // An interval of 95 %, of which only the upper side is a trend.
        assertTrue(foretold <= 20, foretold + " of 400");
    }

    @Test
    void holdsTheTruthInItsInterval() {
        int outside = 0;
        for (int seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Forecast forecast = new Forecast(WINDOW);
            double used = 0;
            for (int second = 0; second < 64; second++) {
                used += random.nextInt(0, 21);
                forecast.add(second * SECOND, (int) used);
            }
            Forecast.Exhaustion exhaustion = of(forecast.exhaustion((int) used + 1000));
            outside += exhaustion.earliestSeconds() > 100 || exhaustion.latestSeconds() < 100 ? 1 : 0;
        }
        assertTrue(outside <= 16, outside + " of 200");
    }

    @Test
    void fallsSilentWhenTimeWaitHasFilledUp() {
        Forecast forecast = new Forecast(WINDOW);
        for (int second = 0; second <= 90; second++) {
            forecast.add(second * SECOND, Math.min(second, 60) * 100);
        }
        assertEquals(Optional.empty(), forecast.exhaustion(20_000));
    }

    @Test
    void foretellsNothingOfWhatShrinksOrIsHardlyKnown() {
        Forecast shrinking = new Forecast(WINDOW);
        Forecast young = new Forecast(WINDOW);
        for (int second = 0; second < 30; second++) {
            shrinking.add(second * SECOND, 1000 - second);
        }
        for (int second = 0; second < 7; second++) {
            young.add(second * SECOND, second);
        }
        assertEquals(Optional.empty(), shrinking.exhaustion(2000));
        assertEquals(Optional.empty(), young.exhaustion(2000));
        assertEquals(Optional.empty(), new Forecast(WINDOW).exhaustion(2000));
    }

    @Test
    void saysNowWhenNoPortIsLeft() {
        Forecast forecast = new Forecast(WINDOW);
        forecast.add(0, 100);
        assertEquals(new Forecast.Exhaustion(0, 0, 0), of(forecast.exhaustion(100)));
    }

    @Test
    void keepsFewSamplesAndNoneOlderThanTheWindow() {
        Forecast forecast = new Forecast(WINDOW);
        // Level for long, then growth: an hour of samples, ten a second.
        for (int tick = 0; tick < 36_000; tick++) {
            forecast.add(tick * SECOND / 10, tick < 34_000 ? 100 : 100 + (tick - 34_000) / 2);
            assertTrue(forecast.samples() <= 65);
        }
        assertTrue(forecast.samples() > 25, forecast.samples() + " samples");
        assertEquals(180, of(forecast.exhaustion(1100 + 900)).seconds(), 10);
    }

    @Test
    void followsTheBusiestDestinationsOnly() {
        DestinationTrends trends = new DestinationTrends(2, WINDOW);
        List<DestinationUse> last = List.of();
        for (int second = 0; second < 30; second++) {
            List<DestinationUse> uses = new ArrayList<>();
            for (int port = 1; port <= 3; port++) {
                uses.add(use(port, second * (4 - port)));
            }
            trends.add(second * SECOND, uses);
            last = uses;
        }
        assertTrue(trends.exhaustion(last.get(0)).isPresent());
        assertTrue(trends.exhaustion(last.get(1)).isPresent());
        assertTrue(trends.exhaustion(last.get(2)).isEmpty());
        trends.add(31 * SECOND, List.of());
        assertTrue(trends.exhaustion(last.get(0)).isEmpty());
    }

    private static DestinationUse use(int port, int used) {
        return new DestinationUse(
                IpAddress.ofIpv4(1),
                IpAddress.ofIpv4(2),
                port,
                used,
                1000,
                DestinationUse.UNKNOWN,
                new StateCounts.Tally().counts());
    }
}
