// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.CLOSE_WAIT;
import static io.tcpvigil.tcp.TcpState.CLOSING;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;
import static io.tcpvigil.tcp.TcpState.LAST_ACK;
import static io.tcpvigil.tcp.TcpState.LISTEN;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;

import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.tcp.Transition.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The state machine of RFC 9293 figure 5 with its notes 1 and 2, drawn in 80 columns of ASCII.
 *
 * <p>A box has a line for the name of a state and under it one for the number of its sockets. Arrows run straight, turn
 * at {@code +} and do not cross, so that each can be followed from its head back to the box where it starts: a test
 * does that and compares with {@link #ARROWS}.
 */
final class ExplainDrawing {
    private static final List<String> PICTURE = """
                                            +--------------+ connect() / send SYN
                                            |    CLOSED    |--------------------------+
                                            |              |<--------------------+    |
                                            +--------------+          close()    |    |
                                       listen() |      ^ close()                 |    |
                                                v      |                         |    |
                    RST (2)                 +--------------+ send() (1)          |    |
                  +------------------------>|    LISTEN    |----------------+    |    |
                  |      +------------------|              | / send SYN     |    |    |
                  |      | SYN              +--------------+                |    |    |
                  |      | / send SYN,ACK                                   |    |    |
                  |      v                                                  v    |    v
              +--------------+             SYN / send SYN,ACK             +--------------+
              | SYN-RECEIVED |<-------------------------------------------|   SYN-SENT   |
              |              |------------------+      +------------------|              |
              +--------------+  ACK of our SYN  |      | SYN,ACK          +--------------+
                  |                             |      | / send ACK
                  | close()                     v      v
                  | / send FIN              +--------------+
                  |      +------------------| ESTABLISHED  |---------------------+
                  |      | close()          |              |         FIN         |
                  |      | / send FIN       +--------------+         / send ACK  |
                  |      |                                                       |
                  v      v                                                       v
              +--------------+                                            +--------------+
              |  FIN-WAIT-1  |---------------------+                      |  CLOSE-WAIT  |
              |              |------+              | FIN                  |              |
              +--------------+      |              | / send ACK           +--------------+
                  | ACK of our FIN  |              |                     close() |
                  v                 |              v                  / send FIN v
              +--------------+      |       +--------------+              +--------------+
              |  FIN-WAIT-2  |      |       |   CLOSING    |              |   LAST-ACK   |
              |              |      |       |              |              |              |
              +--------------+      |       +--------------+              +--------------+
                  | FIN             | FIN and ACK  | ACK of our FIN              |
                  | / send ACK      | of our FIN   |                             |
                  |                 | / send ACK   v              ACK of our FIN v
                  |                 |       +--------------+ 2 MSL (60 s) +--------------+
                  |                 +------>|  TIME-WAIT   |------------->|    CLOSED    |
                  +------------------------>|              |              |              |
                                            +--------------+              +--------------+
            """.lines().toList();

    /** Columns between the two walls of a box. */
    private static final int BOX_WIDTH = 14;

    /**
     * One arrow of the picture.
     *
     * @param event which of the transitions between the two states it stands for
     * @param label the event as the picture words it; "/ send ..." is the transition's action
     */
    record Arrow(TcpState from, TcpState to, Event event, String label) {}

    /** Every arrow of the picture, from top to bottom. */
    static final List<Arrow> ARROWS = List.of(
            new Arrow(CLOSED, SYN_SENT, Event.ACTIVE_OPEN, "connect()"),
            new Arrow(SYN_SENT, CLOSED, Event.CLOSE, "close()"),
            new Arrow(CLOSED, LISTEN, Event.PASSIVE_OPEN, "listen()"),
            new Arrow(LISTEN, CLOSED, Event.CLOSE_LISTENER, "close()"),
            new Arrow(SYN_RECEIVED, LISTEN, Event.RST, "RST (2)"),
            new Arrow(LISTEN, SYN_RECEIVED, Event.SYN, "SYN"),
            new Arrow(LISTEN, SYN_SENT, Event.SEND, "send() (1)"),
            new Arrow(SYN_SENT, SYN_RECEIVED, Event.SYN, "SYN"),
            new Arrow(SYN_RECEIVED, ESTABLISHED, Event.ACK_OF_SYN, "ACK of our SYN"),
            new Arrow(SYN_SENT, ESTABLISHED, Event.SYN_ACK, "SYN,ACK"),
            new Arrow(SYN_RECEIVED, FIN_WAIT_1, Event.CLOSE, "close()"),
            new Arrow(ESTABLISHED, FIN_WAIT_1, Event.CLOSE, "close()"),
            new Arrow(ESTABLISHED, CLOSE_WAIT, Event.FIN, "FIN"),
            new Arrow(FIN_WAIT_1, FIN_WAIT_2, Event.ACK_OF_FIN, "ACK of our FIN"),
            new Arrow(FIN_WAIT_1, CLOSING, Event.FIN, "FIN"),
            new Arrow(FIN_WAIT_1, TIME_WAIT, Event.FIN_AND_ACK_OF_FIN, "FIN and ACK"),
            new Arrow(FIN_WAIT_2, TIME_WAIT, Event.FIN, "FIN"),
            new Arrow(CLOSING, TIME_WAIT, Event.ACK_OF_FIN, "ACK of our FIN"),
            new Arrow(CLOSE_WAIT, LAST_ACK, Event.CLOSE, "close()"),
            new Arrow(LAST_ACK, CLOSED, Event.ACK_OF_FIN, "ACK of our FIN"),
            new Arrow(TIME_WAIT, CLOSED, Event.TIME_WAIT_TIMEOUT, "2 MSL (60 s)"));

    private ExplainDrawing() {}

    /**
     * The picture, line by line.
     *
     * @param counts sockets by state; a state that is missing has an empty box. CLOSED is never counted: the kernel
     *     keeps no closed sockets.
     */
    static List<String> lines(Map<TcpState, Long> counts) {
        List<String> lines = new ArrayList<>(PICTURE);
        for (TcpState state : TcpState.values()) {
            Long count = counts.get(state);
            if (count != null && state != CLOSED) {
                fill(lines, state, Long.toString(count));
            }
        }
        return lines;
    }

    private static void fill(List<String> lines, TcpState state, String count) {
        for (int row = 0; row < lines.size(); row++) {
            int name = lines.get(row).indexOf(' ' + state.displayName() + ' ');
            if (name >= 0) {
                int wall = lines.get(row).lastIndexOf('|', name);
                int start = wall + 1 + (BOX_WIDTH - count.length() + 1) / 2;
                String below = lines.get(row + 1);
                lines.set(row + 1, below.substring(0, start) + count + below.substring(start + count.length()));
                return;
            }
        }
        throw new IllegalStateException(state + " has no box");
    }
}
