// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixDatagramTest {
    private static final int AF_UNIX = 1;
    private static final byte[] MESSAGE = "READY=1\nSTATUS=µ".getBytes(StandardCharsets.UTF_8);

    private final Libc libc = Libc.get();

    private int receiver(String address) throws IOException {
        int fd = libc.socket(AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        libc.bind(fd, UnixDatagram.socketAddress(address));
        return fd;
    }

    private void arrivesAt(String address) throws IOException {
        int receiver = receiver(address);
        try {
            UnixDatagram.send(libc, address, MESSAGE);
            byte[] received = new byte[100];
            int length = libc.read(receiver, received);
            assertEquals(
                    new String(MESSAGE, StandardCharsets.UTF_8),
                    new String(received, 0, length, StandardCharsets.UTF_8));
        } finally {
            libc.close(receiver);
        }
    }

    @Test
    void arrivesAtAPath(@TempDir Path scratch) throws Exception {
        arrivesAt(scratch.resolve("socket").toString());
    }

    @Test
    void arrivesAtANameInNoFileSystem() throws Exception {
        arrivesAt("@tcpvigil-test-" + ProcessHandle.current().pid());
    }

    @Test
    void doesNotWaitForAReceiverWhoDoesNotRead(@TempDir Path scratch) throws Exception {
        String address = scratch.resolve("socket").toString();
        int receiver = receiver(address);
        try {
            SyscallException full = assertThrows(SyscallException.class, () -> {
                // Far more than net.unix.max_dgram_qlen.
                for (int i = 0; i < 1_000_000; i++) {
                    UnixDatagram.send(libc, address, MESSAGE);
                }
            });
            assertTrue(full.is(Errno.EAGAIN), full.getMessage());
        } finally {
            libc.close(receiver);
        }
    }

    @Test
    void refusesWhatIsNoAddress() {
        assertThrows(IOException.class, () -> UnixDatagram.send(libc, "vsock:2:1234", MESSAGE));
        assertThrows(IOException.class, () -> UnixDatagram.send(libc, "/" + "x".repeat(107), MESSAGE));
        SyscallException nobody = assertThrows(
                SyscallException.class, () -> UnixDatagram.send(libc, "/nonexistent/" + "x".repeat(94), MESSAGE));
        assertTrue(nobody.is(Errno.ENOENT), nobody.getMessage());
    }
}
