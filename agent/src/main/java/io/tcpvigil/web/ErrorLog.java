// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.text.PlainText;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Counts errors and tells each distinct one once, in one line: a client that asks again and again cannot fill the log.
 * Two errors are the same when they have the same class and arose at the same place. Thread-safe.
 */
final class ErrorLog {
    /** Errors told apart; what comes after is counted only. */
    private static final int MAX_DISTINCT = 64;

    private static final int LINE_LIMIT = 500;

    private final Consumer<String> log;
    private final LongAdder count = new LongAdder();
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    ErrorLog(Consumer<String> log) {
        this.log = log;
    }

    /** Counts {@code error}, which arose while doing {@code what}. */
    void record(String what, Throwable error) {
        StackTraceElement[] trace = error.getStackTrace();
        String place = trace.length == 0 ? "" : " at " + trace[0];
        record(error.getClass().getName() + place, what + ": " + error + place);
    }

    /** Counts an error, and tells {@code line} when it is the first with this {@code identity}. */
    void record(String identity, String line) {
        if (told.size() < MAX_DISTINCT && told.add(identity)) {
            log.accept(PlainText.oneLine("web: " + line, LINE_LIMIT));
        }
        // Last: who sees the count can rely on the line being out.
        count.increment();
    }

    /** How many there were. */
    long count() {
        return count.sum();
    }
}
