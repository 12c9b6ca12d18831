// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.TcpState;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EndingsTest {
    private final Endings endings = new Endings();
    private final Set<EndedBy> given = EnumSet.noneOf(EndedBy.class);

    private void judge(int flags) {
        for (int known = 0; known < 8; known++) {
            endings.judge(flags, (known & 1) != 0, (known & 2) != 0, (known & 4) != 0);
            given.add(endings.by);
        }
    }

    /** An end that is never given would be shown as one that never happens. */
    @Test
    void givesEachEndThatThereIs() {
        for (TcpState state : TcpState.values()) {
            if (state != TcpState.LISTEN && state != TcpState.CLOSED) {
                for (SocketKind kind : EnumSet.of(SocketKind.FULL, SocketKind.REQUEST, SocketKind.MINISOCK)) {
                    for (int fate = Flags.FATE_ALIVE; fate <= Flags.FATE_CUT; fate++) {
                        for (int closer = Flags.CLOSER_NONE; closer <= Flags.CLOSER_BOTH; closer++) {
                            int flags = Flags.of(state, kind, Direction.OUTBOUND);
                            judge(Flags.withCloser(Flags.withFate(flags, fate), closer));
                        }
                    }
                }
            }
        }
        assertEquals(EnumSet.allOf(EndedBy.class), given);
    }
}
