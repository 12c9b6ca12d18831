// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.SocketSource;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketTable;
import java.util.function.LongSupplier;

/** Shows a {@link ScriptedWorld} at the time of its clock, and does what it is told to do wrong. */
final class FaultySource implements SocketSource, LongSupplier {
    /** How long a dump takes that hangs: several intervals. */
    static final int HANG_MILLIS = 3_500;
    /** How old the rows are that it lies with. */
    static final int LIE_MILLIS = 30_000;

    private static final long NANOS_PER_MILLI = 1_000_000L;

    enum Fault {
        NONE,
        /** No dump at all; what rows there are mean nothing. */
        FAILS,
        /** Every other connection, and says so. */
        TRUNCATES,
        /** Takes long: some rows are as at the start, the others as at the end. */
        HANGS,
        /** Each row twice. */
        REPEATS,
        /** Rows of another time, as if they were of now. */
        LIES
    }

    private final ScriptedWorld world;
    private final boolean withCookies;
    private long millis;
    private Fault fault = Fault.NONE;

    FaultySource(ScriptedWorld world, boolean withCookies) {
        this.world = world;
        this.withCookies = withCookies;
    }

    long millis() {
        return millis;
    }

    /** What the next dump will be like, and when it is. */
    void next(long atMillis, Fault wrong) {
        millis = atMillis;
        fault = wrong;
    }

    /** Monotonic time, in nanoseconds. */
    @Override
    public long getAsLong() {
        return millis * NANOS_PER_MILLI;
    }

    @Override
    public String name() {
        return withCookies ? "netlink" : "proc";
    }

    @Override
    public boolean showsBound() {
        return false;
    }

    @Override
    public void dump(SocketQuery query, SocketTable table) {
        table.clear();
        table.coverage(Coverage.complete());
        switch (fault) {
            case NONE -> show(table, millis);
            case FAILS -> {
                show(table, millis - LIE_MILLIS);
                table.coverage(Coverage.failed("the test says so"));
            }
            case TRUNCATES -> {
                world.show(table, millis, FaultySource::isEven, withCookies);
                table.coverage(Coverage.partial("the test says so"));
            }
            case HANGS -> {
                world.show(table, millis, FaultySource::isEven, withCookies);
                millis += HANG_MILLIS;
                world.show(table, millis, number -> !isEven(number), withCookies);
            }
            case REPEATS -> {
                show(table, millis);
                show(table, millis);
            }
            case LIES -> show(table, millis - LIE_MILLIS);
        }
    }

    private void show(SocketTable table, long at) {
        world.show(table, at, number -> true, withCookies);
    }

    private static boolean isEven(int number) {
        return number % 2 == 0;
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
