// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;

/**
 * Connections that come and go as a seed has it, and the rows that a dump at any time shows of them. Each stays in each of
 * its states for long enough to be seen by one dump in a few seconds.
 */
final class ScriptedWorld {
    /** The shortest stay in a state. */
    static final int SHORTEST_MILLIS = 5_000;

    private static final int LONGEST_MILLIS = 15_000;
    private static final int TIME_WAIT_MILLIS = 60_000;
    private static final int SERVICE = 443;
    private static final int LOCAL = 0x0A00_0001;
    private static final int REMOTE = 0x0A00_0002;
    private static final int FIRST_PORT = 20_000;
    private static final int FIRST_COOKIE = 100;
    private static final long LISTENER_COOKIE = 1;

    private static final List<List<TcpState>> CLOSES = List.of(
            List.of(TcpState.FIN_WAIT_1, TcpState.FIN_WAIT_2, TcpState.TIME_WAIT),
            List.of(TcpState.FIN_WAIT_1, TcpState.CLOSING, TcpState.TIME_WAIT),
            List.of(TcpState.CLOSE_WAIT, TcpState.LAST_ACK),
            List.of());

    /** In a state from one time on until before another, in ms. */
    private record Stage(TcpState state, long from, long until) {}

    private record Connection(int number, boolean inbound, List<Stage> stages) {
        long begin() {
            return stages.get(0).from();
        }

        long end() {
            return stages.get(stages.size() - 1).until();
        }

        boolean isThere(long at) {
            return begin() <= at && at < end();
        }
    }

    private final List<Connection> connections = new ArrayList<>();

    /** @param beginMillis the last time at which a connection begins; the first is 0 */
    ScriptedWorld(long seed, int count, int beginMillis) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int number = 0; number < count; number++) {
            connections.add(connection(random, number, random.nextInt(beginMillis)));
        }
    }

    private static Connection connection(SplittableRandom random, int number, long begin) {
        boolean inbound = random.nextBoolean();
        List<TcpState> states = new ArrayList<>();
        states.add(inbound ? TcpState.SYN_RECEIVED : TcpState.SYN_SENT);
        states.add(TcpState.ESTABLISHED);
        states.addAll(CLOSES.get(random.nextInt(CLOSES.size())));
        List<Stage> stages = new ArrayList<>();
        long at = begin;
        for (TcpState state : states) {
            long until = at
                    + (state == TcpState.TIME_WAIT
                            ? TIME_WAIT_MILLIS
                            : random.nextInt(SHORTEST_MILLIS, LONGEST_MILLIS));
            stages.add(new Stage(state, at, until));
            at = until;
        }
        return new Connection(number, inbound, stages);
    }

    /** How many are there at one time and not at the other. */
    int changesBetween(long one, long other) {
        int changes = 0;
        for (Connection each : connections) {
            changes += each.isThere(one) != each.isThere(other) ? 1 : 0;
        }
        return changes;
    }

    /** How many begin after one time and have ended before another, so that looks at those times do not show them. */
    int hiddenBetween(long one, long other) {
        int hidden = 0;
        for (Connection each : connections) {
            hidden += each.begin() > one && each.end() <= other ? 1 : 0;
        }
        return hidden;
    }

    /** Adds the listener and those connections with a number that passes, as they are at a time. */
    void show(SocketTable table, long at, IntPredicate which, boolean withCookies) {
        table.begin(TcpState.LISTEN, SocketKind.FULL);
        table.putIpv4(0, SERVICE, 0, 0);
        table.putCookie(withCookies ? LISTENER_COOKIE : 0);
        table.commit();
        for (Connection each : connections) {
            for (Stage stage : each.stages()) {
                if (which.test(each.number()) && stage.from() <= at && at < stage.until()) {
                    show(table, each, stage, at, withCookies);
                }
            }
        }
    }

    private static void show(SocketTable table, Connection connection, Stage stage, long at, boolean withCookies) {
        int port = FIRST_PORT + connection.number();
        SocketKind kind = switch (stage.state()) {
            case SYN_RECEIVED -> SocketKind.REQUEST;
            case TIME_WAIT -> SocketKind.MINISOCK;
            case LISTEN, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, CLOSED ->
                SocketKind.FULL;
        };
        table.begin(stage.state(), kind);
        table.putIpv4(LOCAL, connection.inbound() ? SERVICE : port, REMOTE, connection.inbound() ? port : SERVICE);
        if (kind != SocketKind.FULL) {
            table.putTimer(kind == SocketKind.MINISOCK ? 3 : 1, (int) (stage.until() - at), 0);
        }
        table.putQueues(0, 0);
        table.putOwner(0, kind == SocketKind.FULL ? FIRST_COOKIE + connection.number() : 0);
        table.putCookie(withCookies ? FIRST_COOKIE + connection.number() : 0);
        table.commit();
    }
}
