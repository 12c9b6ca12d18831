// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.lifecycle.Dump.Socket;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateMachine;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** One connection from its first state to its end: a random legal walk with random times, as the kernel would show it. */
final class Life {
    private static final int TIME_WAIT_MILLIS = 60_000;

    /** In a state as a kind of socket from a time on, in ms. */
    record Stage(TcpState state, SocketKind kind, long from) {}

    final Socket socket;
    /** What the minisock shows. */
    final Socket minisock;

    final boolean inbound;
    private final List<Stage> stages = new ArrayList<>();
    private long end;

    Life(SplittableRandom random, Socket socket, long minisockCookie, boolean inbound, long start, int meanMillis) {
        this.socket = socket;
        this.minisock = socket.again(minisockCookie).withInode(0);
        this.inbound = inbound;
        TcpState state = inbound ? TcpState.SYN_RECEIVED : TcpState.SYN_SENT;
        SocketKind kind = inbound ? SocketKind.REQUEST : SocketKind.FULL;
        long at = start;
        while (state != TcpState.CLOSED) {
            stages.add(new Stage(state, kind, at));
            at += kind == SocketKind.MINISOCK && state == TcpState.TIME_WAIT && random.nextInt(10) > 0
                    ? TIME_WAIT_MILLIS
                    : 1 + (long) (-Math.log(1 - random.nextDouble()) * meanMillis);
            TcpState next = next(random, state, kind);
            if (next == TcpState.TIME_WAIT || (next == TcpState.FIN_WAIT_2 && random.nextBoolean())) {
                kind = SocketKind.MINISOCK;
            } else if (kind == SocketKind.REQUEST) {
                kind = SocketKind.FULL;
            }
            state = next;
        }
        end = at;
    }

    /** A legal next state; a request socket comes up before all else, and CLOSED is rarer than the rest. */
    private static TcpState next(SplittableRandom random, TcpState state, SocketKind kind) {
        List<TcpState> choices = new ArrayList<>();
        for (TcpState each : TcpState.values()) {
            boolean request = kind == SocketKind.REQUEST && each != TcpState.ESTABLISHED && each != TcpState.CLOSED;
            boolean reopened = state == TcpState.TIME_WAIT && each != TcpState.CLOSED;
            if (StateMachine.isLegal(state, each) && each != TcpState.LISTEN && !request && !reopened) {
                choices.add(each);
            }
        }
        TcpState choice = choices.get(random.nextInt(choices.size()));
        return choice == TcpState.CLOSED ? choices.get(random.nextInt(choices.size())) : choice;
    }

    List<Stage> stages() {
        return stages;
    }

    long start() {
        return stages.get(0).from();
    }

    /** When nothing of it is left. */
    long end() {
        return end;
    }

    /** Lets the TIME-WAIT end now, because another connection takes its 4-tuple. */
    void cutShort(long at) {
        end = Math.min(end, at);
    }

    boolean isInTimeWait(long at) {
        Stage stage = stageAt(at);
        return stage != null && stage.state() == TcpState.TIME_WAIT;
    }

    @io.tcpvigil.Nullable
    Stage stageAt(long at) {
        Stage found = null;
        if (at < end) {
            for (Stage stage : stages) {
                if (stage.from() <= at) {
                    found = stage;
                }
            }
        }
        return found;
    }

    /** What a dump shows of it, if anything. */
    void appendTo(SocketTable table, long at, boolean withCookie) {
        Stage stage = stageAt(at);
        if (stage != null) {
            boolean mini = stage.kind() == SocketKind.MINISOCK;
            Socket shown = mini ? minisock : socket;
            long left = TIME_WAIT_MILLIS - (at - stage.from());
            int expires = mini ? (int) Math.max(0, left) : 1000;
            int inode = stage.kind() == SocketKind.FULL ? socket.inode() : 0;
            Dump.append(
                    table, withCookie ? shown : shown.withoutCookie(), stage.state(), stage.kind(), expires, -1, inode);
        }
    }
}
