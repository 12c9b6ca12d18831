// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class HandshakesTest {
    private final Handshakes handshakes = new Handshakes(Thread::new);

    @AfterEach
    void stop() {
        handshakes.stop();
    }

    private static InetAddress client(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException never) {
            throw new IllegalArgumentException(address, never);
        }
    }

    @Test
    void leavesRoomForOthersWhenOneClientFloods() throws InterruptedException {
        CountDownLatch released = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(Handshakes.WAITING_OF_ONE + 2);
        for (int i = 0; i < Handshakes.WAITING_OF_ONE; i++) {
            handshakes.execute(client("2001:db8::" + i), () -> {
                await(released);
                done.countDown();
            });
        }
        assertThrows(RejectedExecutionException.class, () -> handshakes.execute(client("2001:db8::ffff"), () -> {}));
        handshakes.execute(client("2001:db8:1::1"), done::countDown);
        handshakes.execute(client("192.0.2.1"), done::countDown);
        released.countDown();
        done.await();
        // What is done makes room for more; the last of them may not have said so yet.
        handshakes.execute(client("2001:db8::ffff"), () -> {});
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
