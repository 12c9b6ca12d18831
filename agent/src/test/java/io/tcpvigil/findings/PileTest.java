// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.TcpState;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whom piles are laid to, and what they cost whoever looks at them. */
class PileTest {
    private static final int RETRANSMIT = 1;

    private static Finding only(Findings findings) {
        assertEquals(1, findings.raised().size(), findings.toString());
        return findings.raised().get(0);
    }

    private static Scene closeWait(int workers, int sockets) {
        Scene scene = new Scene();
        scene.workers = workers;
        for (int i = 0; i < sockets; i++) {
            scene.socket(TcpState.CLOSE_WAIT, SocketKind.FULL, 8080, Scene.PEER, 20_000 + i, 1 + i);
        }
        scene.settle();
        scene.look(10);
        return scene;
    }

    @Test
    void laysItToTheServiceWhenEachOfItsWorkersLeaksALittle() {
        Finding leak = only(closeWait(4, 20).look(3));
        assertEquals(Scope.unit("pool.service"), leak.scope());
        assertEquals(20, leak.count());
        assertEquals(4, leak.holders().size());
    }

    @Test
    void laysItToEachWorkerThatLeaksEnoughByItself() {
        List<Finding> leaks = closeWait(2, 40).look(3).raised();
        assertEquals(2, leaks.size(), leaks.toString());
        leaks.forEach(leak -> assertEquals(Scope.Kind.PROCESS, leak.scope().kind()));
    }

    @Test
    void findsNothingWhenAllWorkersTogetherLeakLittle() {
        assertEquals(List.of(), closeWait(4, 9).look(3).raised());
    }

    @Test
    void laysNothingToALoginSession() {
        assertTrue(new Holder(1, "app", "docker 0123456789ab").isInService());
        assertTrue(!new Holder(1, "app", "session-3.scope").isInService());
        assertTrue(!new Holder(1, "app", "user-1000.slice").isInService());
    }

    /** The bytes that a look takes at piles of so many sockets in each state, findings of all of them included. */
    private static long bytesOfALook(int sockets) {
        Scene scene = new Scene();
        for (int i = 0; i < sockets; i++) {
            int peer = Scene.PEER + i % 50;
            int port = 10_000 + i;
            scene.timeWait(port, peer, 80, 59_000);
            scene.socket(TcpState.CLOSE_WAIT, SocketKind.FULL, port, peer, 81, 1 + i, 0, 0, 0);
            scene.socket(TcpState.FIN_WAIT_2, SocketKind.FULL, port, peer, 82, 1 + i, 0, 0, 0);
            scene.socket(TcpState.SYN_SENT, SocketKind.FULL, port, peer, 83, 1 + i, RETRANSMIT, 100, 3);
            scene.socket(TcpState.FIN_WAIT_1, SocketKind.FULL, port, peer, 84, 0, RETRANSMIT, 100, 3);
            scene.socket(TcpState.LAST_ACK, SocketKind.FULL, port, peer, 85, 0, RETRANSMIT, 100, 3);
            scene.socket(TcpState.CLOSING, SocketKind.FULL, port, peer, 86, 0, RETRANSMIT, 100, 3);
            scene.socket(TcpState.SYN_RECEIVED, SocketKind.REQUEST, 443, peer, port, 0, RETRANSMIT, 100, 3);
            scene.socket(TcpState.ESTABLISHED, SocketKind.FULL, port, peer, 80, 1 + i, 0, 0, 0);
        }
        scene.settle();
        for (int i = 0; i < 4; i++) {
            scene.look(2);
        }
        assertTrue(scene.look(1).raised().size() > 50);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        scene.look(1);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @Test
    void makesNoMoreGarbageForALargerPile() {
        long small = bytesOfALook(1_000);
        long large = bytesOfALook(8_000);
        assertTrue(large < small + 100_000, "1,000 of each: " + small + " bytes, 8,000: " + large);
    }
}
