// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.lifecycle.Dump.Socket;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Some hundred connections of both families and directions over two minutes, some of them on 4-tuples used before. */
final class World {
    static final long MILLIS = 120_000;

    /**
     * How the connections are made.
     *
     * @param connections how many
     * @param meanMillis how long they stay in a state, on average
     * @param newMinisockCookies whether minisocks may show another cookie
     * @param reusePause how long a 4-tuple rests at least before it is used again, when it is not taken from TIME-WAIT
     */
    record Making(int connections, int meanMillis, boolean newMinisockCookies, int reusePause) {}

    final List<Life> lives = new ArrayList<>();

    World(SplittableRandom random, Making making) {
        for (int i = 0; i < making.connections(); i++) {
            long start = random.nextLong(MILLIS);
            boolean reused = random.nextInt(4) == 0;
            Life before = reused ? anyEndedBefore(random, start, making.reusePause()) : null;
            boolean inbound = before == null ? random.nextBoolean() : before.inbound;
            long cookie = 2L * i + 1;
            long minisockCookie = making.newMinisockCookies() && random.nextInt(3) == 0 ? cookie + 1 : cookie;
            Socket socket = before == null ? socket(random, i, inbound, cookie) : before.socket.again(cookie);
            if (before != null) {
                before.cutShort(start);
            }
            lives.add(new Life(random, socket, minisockCookie, inbound, start, making.meanMillis()));
        }
    }

    private static Socket socket(SplittableRandom random, int number, boolean inbound, long cookie) {
        Socket socket = inbound ? Socket.inbound(1000 + number, cookie) : Socket.outbound(33_000 + number, cookie);
        return random.nextBoolean() ? socket : socket.onIpv6();
    }

    private @io.tcpvigil.Nullable Life anyEndedBefore(SplittableRandom random, long start, int pause) {
        List<Life> free = new ArrayList<>();
        for (Life life : lives) {
            boolean restedLongEnough = life.end() + pause <= start;
            boolean sureToHaveBeenSeenInTimeWait = life.isInTimeWait(start - pause) && life.isInTimeWait(start);
            if ((restedLongEnough || sureToHaveBeenSeenInTimeWait) && isLast(life)) {
                free.add(life);
            }
        }
        return free.isEmpty() ? null : free.get(random.nextInt(free.size()));
    }

    private boolean isLast(Life life) {
        for (Life other : lives) {
            if (other != life && sameTuple(other, life) && other.start() >= life.start()) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameTuple(Life one, Life other) {
        return one.socket.again(0).equals(other.socket.again(0));
    }

    /** All there is at a time, listeners last. */
    void fill(SocketTable table, long at, boolean withCookies, boolean withEstablished) {
        table.clear();
        for (Life life : lives) {
            Life.Stage stage = life.stageAt(at);
            if (stage != null && (withEstablished || stage.state() != TcpState.ESTABLISHED)) {
                life.appendTo(table, at, withCookies);
            }
        }
        Dump.appendListener(table, false, 443);
        Dump.appendListener(table, true, 443);
        table.coverage(Coverage.complete());
    }

    /** How many connections are in a state. */
    long in(TcpState state, long at) {
        return lives.stream()
                .filter(life -> {
                    Life.Stage stage = life.stageAt(at);
                    return stage != null && stage.state() == state;
                })
                .count();
    }

    /** How often a step was really made up to a time; the end is a step to CLOSED. */
    long steps(TcpState from, TcpState to, long upTo) {
        long count = 0;
        for (Life life : lives) {
            TcpState at = life.inbound ? TcpState.LISTEN : TcpState.CLOSED;
            for (Life.Stage stage : life.stages()) {
                if (stage.from() <= upTo && stage.from() < life.end()) {
                    count += at == from && stage.state() == to ? 1 : 0;
                    at = stage.state();
                }
            }
            count += life.end() <= upTo && at == from && to == TcpState.CLOSED ? 1 : 0;
        }
        return count;
    }
}
