// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.testing.Multicasts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;

class DestroyEventsTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - SECOND);
    private final List<Multicasts> opened = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private @Nullable Errno refusal;
    private final DestroyEvents events = new DestroyEvents(
            () -> {
                if (refusal != null) {
                    throw new SyscallException("bind", refusal.intValue());
                }
                Multicasts kernel = new Multicasts();
                opened.add(kernel);
                return kernel;
            },
            clock::get);

    private Multicasts kernel() {
        return opened.get(opened.size() - 1);
    }

    private int drain() {
        return events.drain(message -> ports.add(message.localPort()));
    }

    private static byte[] message(int port) {
        return Multicasts.destroyed(1, port, 2, 80, port);
    }

    @Test
    void handsOverWhatHasCome() {
        assertTrue(events.listen());
        kernel().add(message(1));
        kernel().add(message(2));
        assertTrue(events.await(0));
        assertEquals(2, drain());
        assertEquals(0, drain());
        assertEquals(List.of(1, 2), ports);
        assertEquals(2, events.received());
        assertEquals(0, events.lost());
        assertNull(events.problem());
        assertEquals(1, opened.size());
    }

    @Test
    void saysWhyItIsRefusedAndTriesAgainLaterAndLater() {
        refusal = Errno.EPERM;
        assertFalse(events.listen());
        assertEquals("destroy events refused: bind: EPERM (Operation not permitted)", events.problem());
        refusal = null;
        clock.addAndGet(SECOND - 1);
        assertFalse(events.listen());
        refusal = Errno.EPERM;
        clock.addAndGet(1);
        assertFalse(events.listen());
        refusal = null;
        clock.addAndGet(2 * SECOND - 1);
        assertFalse(events.listen(), "after a second failure it is 2 s");
        clock.addAndGet(1);
        assertTrue(events.listen());
        assertNull(events.problem());
    }

    @Test
    void goesOnAfterAMessageThatItDoesNotUnderstand() {
        events.listen();
        kernel().add(new byte[30]);
        kernel().add(message(7));
        assertEquals(2, drain());
        assertEquals(List.of(7), ports);
        assertEquals(1, events.malformed());
        assertTrue(String.valueOf(events.problem()).startsWith("destroy event not understood: "), events.problem());
        assertEquals(0, drain());
        assertTrue(events.problem() != null, "nothing has come that would tell");
        kernel().add(message(8));
        drain();
        assertNull(events.problem(), "understood again");
    }

    @Test
    void countsLossesOnAcrossSockets() {
        events.listen();
        kernel().drop(3);
        drain();
        assertEquals(3, events.lost());
        kernel().fail(Errno.EBADF);
        drain();
        assertTrue(opened.get(0).isClosed());
        assertEquals("destroy events broke off: getsockopt: EBADF (Bad file descriptor)", events.problem());
        assertEquals(0, drain());
        clock.addAndGet(SECOND);
        assertTrue(events.listen());
        kernel().drop(2);
        drain();
        assertEquals(5, events.lost());
        assertEquals(2, opened.size());
    }

    @Test
    void doesNotReadAFloodForEver() {
        events.listen();
        for (int i = 0; i < 70_000; i++) {
            kernel().add(message(i & 0xFFFF));
        }
        assertEquals(65_536, drain());
        assertEquals(70_000 - 65_536, drain());
    }
}
