// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import io.tcpvigil.tcp.StateMachine;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;

/** Which states follow which in the life of one connection, found in another way than the tracker does. */
public final class OneLife {
    private OneLife() {}

    /** Whether legal steps lead from one state to another without the end of the connection in between. */
    public static boolean leads(TcpState from, TcpState to) {
        Set<TcpState> reached = EnumSet.noneOf(TcpState.class);
        Deque<TcpState> open = new ArrayDeque<>(Set.of(from));
        while (!open.isEmpty()) {
            TcpState last = open.remove();
            for (TcpState next : TcpState.values()) {
                // A SYN in TIME-WAIT begins another connection.
                boolean goesOn = last != TcpState.TIME_WAIT || next != TcpState.SYN_RECEIVED;
                if (StateMachine.isLegal(last, next) && goesOn && reached.add(next) && !isOutside(next)) {
                    open.add(next);
                }
            }
        }
        return reached.contains(to);
    }

    private static boolean isOutside(TcpState state) {
        return state == TcpState.CLOSED || state == TcpState.LISTEN;
    }
}
