// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.Nullable;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * When something becomes a finding, and when it ends. It must be above the threshold for a while; it ends when it has been
 * below four fifths of it for as long, so that what goes up and down around a threshold is one finding, not many.
 */
final class Hysteresis {
    static final double CLEAR = 0.8;
    private static final long NANOS = 1_000_000;

    private final Map<Key, Watched> watched = new HashMap<>();
    private long now;
    private long enduranceNanos;

    private record Key(FindingId id, Scope scope) {}

    /** What is known of one thing that has come near. */
    private static final class Watched {
        long aboveSince;
        long belowSince;
        boolean raised;
        boolean below;
        boolean critical;
        long lastLook;

        @Nullable
        Finding last;
    }

    /**
     * A look begins.
     *
     * @param thresholds as they are from now on; what is off ends here
     */
    void begin(long nanos, Thresholds thresholds) {
        now = nanos;
        enduranceNanos = thresholds.enduranceMillis() * NANOS;
        watched.keySet().removeIf(key -> thresholds.off().contains(key.id()));
    }

    /** The finding that the reading is, or null. */
    @Nullable
    Finding take(Readings.Reading reading) {
        boolean isHistory = reading.history();
        Level level = reading.level();
        Key key = new Key(level.id(), level.scope());
        Watched state = watched.get(key);
        if (state == null) {
            if (level.pressure() < 1) {
                return null;
            }
            state = new Watched();
            state.aboveSince = now;
            watched.put(key, state);
        }
        state.lastLook = now;
        if (!state.raised) {
            if (level.pressure() < 1) {
                watched.remove(key);
                return null;
            }
            if (!isHistory && now - state.aboveSince < enduranceNanos) {
                return null;
            }
            state.raised = true;
        }
        if (level.pressure() >= CLEAR) {
            state.below = false;
        } else if (isHistory || hasBeenBelow(state)) {
            watched.remove(key);
            return null;
        }
        state.critical = level.pressure() >= reading.critical() * (state.critical ? CLEAR : 1);
        Finding finding = finding(level, reading.account().get(), state);
        state.last = finding;
        return finding;
    }

    private boolean hasBeenBelow(Watched state) {
        if (!state.below) {
            state.below = true;
            state.belowSince = now;
        }
        return now - state.belowSince >= enduranceNanos;
    }

    private Finding finding(Level level, Account account, Watched state) {
        return new Finding(
                level.id(),
                state.critical ? Severity.CRITICAL : Severity.WARNING,
                level.scope(),
                account.count,
                account.headline,
                account.evidence,
                account.meaning,
                account.remedy,
                account.command,
                account.ports,
                account.holders,
                (now - state.aboveSince) / NANOS);
    }

    /** Ends what a detector has not spoken of any more for a while; gives what is still held up. */
    void end(Consumer<Finding> stillRaised) {
        watched.values().removeIf(state -> {
            if (state.lastLook == now) {
                return false;
            }
            if (!state.raised || hasBeenBelow(state)) {
                return true;
            }
            Finding last = state.last;
            if (last != null) {
                stillRaised.accept(last);
            }
            return false;
        });
    }
}
