// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.NativeBuffer;
import io.tcpvigil.kernel.libc.SyscallException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * Has the kernel's answers to another process get lost: on a duplicate of its socket, which is the same socket, a filter is set
 * that lets nothing through. Whoever waits for an answer on it waits in vain.
 */
public final class LostAnswers {
    // include/uapi/asm-generic/unistd.h; the same on x86-64.
    private static final int PIDFD_OPEN = 434;
    private static final int PIDFD_GETFD = 438;

    /** {@code include/uapi/linux/netlink.h}: NETLINK_SOCK_DIAG. */
    private static final String SOCK_DIAG = "4";

    /** {@code include/uapi/asm-generic/socket.h}. */
    private static final int SO_ATTACH_FILTER = 26;

    /** {@code struct sock_filter { u16 code; u8 jt; u8 jf; u32 k; }}: BPF_RET | BPF_K, return 0 bytes of the message. */
    private static final int RETURN = 0x06;

    private static final int FILTER_BYTES = 8;

    private LostAnswers() {}

    /**
     * Loses what the kernel will say on the sockets that a process asks it for sockets with, as long as it keeps these; its
     * multicasts come as before.
     *
     * @return how many such sockets it has
     */
    public static int toSocketDiagnostics(long pid) throws IOException {
        Libc libc = Libc.get();
        Set<String> asking = askingSockets(pid);
        int found = 0;
        long process = libc.systemCall("pidfd_open", PIDFD_OPEN, pid, 0);
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path descriptor : descriptors) {
                if (asking.contains(target(descriptor))) {
                    long number = Long.parseLong(descriptor.getFileName().toString());
                    int duplicate = (int) libc.systemCall("pidfd_getfd", PIDFD_GETFD, process, number, 0);
                    lose(libc, duplicate);
                    found++;
                }
            }
        } finally {
            libc.close((int) process);
        }
        return found;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    /** Of {@code sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode}, those that listen to no multicast. */
    private static Set<String> askingSockets(long pid) throws IOException {
        Set<String> asking = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/net/netlink"))) {
            String[] fields = line.trim().split("\\s+", -1);
            if (fields[1].equals(SOCK_DIAG) && fields[3].equals("00000000")) {
                asking.add("socket:[" + fields[9] + "]");
            }
        }
        return asking;
    }

    private static void lose(Libc libc, int socket) throws SyscallException {
        try {
            NativeBuffer filter = NativeBuffer.allocate(libc, FILTER_BYTES);
            filter.bytes().putShort(0, (short) RETURN).putShort(2, (short) 0).putInt(4, 0);
            // struct sock_fprog { unsigned short len; struct sock_filter *filter; }
            byte[] program = Libc.nativeBytes(16)
                    .putShort((short) 1)
                    .position(8)
                    .putLong(filter.address())
                    .array();
            libc.setsockopt(socket, Libc.SOL_SOCKET, SO_ATTACH_FILTER, program);
        } finally {
            libc.close(socket);
        }
    }
}
