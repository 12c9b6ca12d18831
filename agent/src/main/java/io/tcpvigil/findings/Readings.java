// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Where a detector says what it read. */
final class Readings {
    /**
     * One thing that was read.
     *
     * @param level its pressure is 1 where a finding begins
     * @param critical the pressure from which it is critical
     * @param history whether it is over when it is read, see {@link Detector#isHistory}
     * @param account called at once if at all
     */
    record Reading(Level level, double critical, boolean history, Supplier<Account> account) {}

    final List<Reading> readings = new ArrayList<>();
    final List<String> unknown = new ArrayList<>();
    private FindingId id = FindingId.CLOSE_WAIT_LEAK;
    private boolean history;

    void begin(Detector detector) {
        id = detector.id();
        history = detector.isHistory();
        readings.clear();
    }

    /** Something counted up to a threshold: critical at {@code critical} times as many. */
    void add(Scope scope, String what, double value, double threshold, double critical, Supplier<Account> account) {
        readings.add(new Reading(
                new Level(id, scope, what, value, threshold, value / threshold), critical, history, account));
    }

    /**
     * Something that fills up to a limit.
     *
     * @param warnShare the share of it from which it is a finding
     * @param criticalShare the share from which it is critical
     */
    void fills(
            Scope scope,
            String what,
            double value,
            double limit,
            double warnShare,
            double criticalShare,
            Supplier<Account> account) {
        double share = limit > 0 ? value / limit : value > 0 ? 1 : 0;
        readings.add(new Reading(
                new Level(id, scope, what, value, limit, share / warnShare),
                criticalShare / warnShare,
                history,
                account));
    }

    /** The same of counts. */
    void add(Scope scope, String what, long value, double threshold, double critical, Supplier<Account> account) {
        add(scope, what, (double) value, threshold, critical, account);
    }

    /** The same of counts. */
    void fills(
            Scope scope,
            String what,
            long value,
            long limit,
            double warnShare,
            double criticalShare,
            Supplier<Account> account) {
        fills(scope, what, (double) value, (double) limit, warnShare, criticalShare, account);
    }

    /** Something whose pressure is worked out otherwise. */
    void add(Level level, double critical, Supplier<Account> account) {
        readings.add(new Reading(level, critical, history, account));
    }

    /** Something that must not happen even once, and has. */
    void happened(Scope scope, String what, long times, Supplier<Account> account) {
        readings.add(new Reading(new Level(id, scope, what, times, 1, times), 1, true, account));
    }

    /** This could not be looked at. */
    void unknown(String reason) {
        unknown.add(id.label() + ": " + reason);
    }

    FindingId id() {
        return id;
    }
}
