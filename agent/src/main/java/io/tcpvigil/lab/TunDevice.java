// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.lab.wire.MalformedPacketException;
import io.tcpvigil.lab.wire.Packet;
import io.tcpvigil.lab.wire.Segment;
import io.tcpvigil.tcp.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * The wire: a TUN device ({@code Documentation/networking/tuntap.rst}) in the namespace of the thread that opens it, up
 * and with the lab's addresses. What the kernel sends out of it is read here, what is written here arrives at the kernel.
 * It disappears with its descriptor, so with this process at the latest.
 */
final class TunDevice implements AutoCloseable {
    private static final String NAME = "tcplab";
    private static final int IPV4_PREFIX = 24;
    private static final int IPV6_PREFIX = 64;
    /** Usual are 500, fewer than a pile of sockets retransmits at once; what finds no room is lost. */
    private static final int QUEUE_PACKETS = 16_384;

    private static final int LONGEST_PACKET = 65_535;

    // <linux/if_tun.h>
    private static final long TUNSETIFF = 0x400454CA;
    private static final short IFF_TUN = 0x1;
    private static final short IFF_NO_PI = 0x1000;

    // <bits/ioctls.h>
    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final long SIOCSIFADDR = 0x8916;
    private static final long SIOCSIFNETMASK = 0x891C;
    private static final long SIOCSIFTXQLEN = 0x8943;
    private static final long SIOCGIFINDEX = 0x8933;
    private static final short IFF_UP = 1;

    /** struct ifreq { char ifr_name[16]; union { struct sockaddr; short ifr_flags; int ifr_ifindex; ... } }, 64 bits. */
    private static final int IFREQ_SIZE = 40;

    private static final int IFREQ_UNION_OFFSET = 16;
    /** struct in6_ifreq { struct in6_addr; u32 prefix length; int ifindex }. */
    private static final int IN6_IFREQ_SIZE = 24;

    /** Columns: address, index, prefix length, scope, flags, device. */
    private static final Path IF_INET6 = Path.of("/proc/thread-self/net/if_inet6");

    private static final String IF_INET6_PREFIX = "20010db8";
    private static final int IF_INET6_FLAGS = 42;
    private static final int IFA_F_TENTATIVE = 0x40;
    private static final int ADDRESS_MILLIS = 5_000;

    private static final int EAGAIN = 11;

    private final Libc libc;
    private final int fd;
    private final byte[] packet = new byte[LONGEST_PACKET];

    private TunDevice(Libc libc, int fd) {
        this.libc = libc;
        this.fd = fd;
    }

    /** Opens the device. Fails with ENOENT or ENODEV where the kernel has no TUN, EPERM without CAP_NET_ADMIN. */
    static TunDevice open(Libc libc) throws SyscallException {
        int fd = libc.open("/dev/net/tun", Libc.O_RDWR_NONBLOCK_CLOEXEC);
        TunDevice device = new TunDevice(libc, fd);
        try {
            byte[] request = ifreq();
            union(request).putShort((short) (IFF_TUN | IFF_NO_PI));
            libc.ioctl(fd, TUNSETIFF, request);
            device.configureIpv4();
            return device;
        } catch (SyscallException failure) {
            device.close();
            throw failure;
        }
    }

    private void configureIpv4() throws SyscallException {
        int control = libc.socket(Family.IPV4.number(), Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        try {
            byte[] address = ifreq();
            union(address).put(Family.sockaddr(new Endpoint(Family.IPV4.kernel(), 0)));
            libc.ioctl(control, SIOCSIFADDR, address);
            byte[] mask = ifreq();
            union(mask).putShort((short) Family.IPV4.number()).putShort((short) 0);
            ByteBuffer.wrap(mask).putInt(IFREQ_UNION_OFFSET + 4, -1 << (32 - IPV4_PREFIX));
            libc.ioctl(control, SIOCSIFNETMASK, mask);
            byte[] queue = ifreq();
            union(queue).putInt(QUEUE_PACKETS);
            libc.ioctl(control, SIOCSIFTXQLEN, queue);
            byte[] flags = ifreq();
            libc.ioctl(control, SIOCGIFFLAGS, flags);
            union(flags).putShort((short) (union(flags).getShort() | IFF_UP));
            libc.ioctl(control, SIOCSIFFLAGS, flags);
        } finally {
            libc.close(control);
        }
    }

    /** Adds the IPv6 address; fails where the kernel has no IPv6. */
    void configureIpv6() throws IOException {
        int control = libc.socket(Family.IPV6.number(), Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        try {
            byte[] index = ifreq();
            libc.ioctl(control, SIOCGIFINDEX, index);
            byte[] request = new byte[IN6_IFREQ_SIZE];
            ByteBuffer.wrap(request)
                    .putLong(Family.IPV6.kernel().high())
                    .putLong(Family.IPV6.kernel().low())
                    .order(ByteOrder.nativeOrder())
                    .putInt(IPV6_PREFIX)
                    .putInt(union(index).getInt());
            libc.ioctl(control, SIOCSIFADDR, request);
        } finally {
            libc.close(control);
        }
        awaitIpv6();
    }

    /**
     * Waits until the address may be used: the kernel finishes it later, in a work item, although no duplicate is looked
     * for on a device without ARP.
     */
    private static void awaitIpv6() throws IOException {
        long deadline = System.nanoTime() + ADDRESS_MILLIS * 1_000_000L;
        while (!isIpv6Ready()) {
            if (System.nanoTime() - deadline >= 0) {
                throw new IOException("the IPv6 address of the TUN device stays tentative");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Whether a line such as {@code 20010db8...01 02 40 00 80 tcplab} is there, without the flag IFA_F_TENTATIVE. */
    private static boolean isIpv6Ready() throws IOException {
        for (String line : Files.readAllLines(IF_INET6, StandardCharsets.US_ASCII)) {
            if (line.startsWith(IF_INET6_PREFIX)) {
                int flags = Integer.parseInt(line.substring(IF_INET6_FLAGS, IF_INET6_FLAGS + 2), 16);
                return (flags & IFA_F_TENTATIVE) == 0;
            }
        }
        return false;
    }

    private static byte[] ifreq() {
        byte[] name = NAME.getBytes(StandardCharsets.US_ASCII);
        byte[] request = new byte[IFREQ_SIZE];
        System.arraycopy(name, 0, request, 0, name.length);
        return request;
    }

    private static ByteBuffer union(byte[] ifreq) {
        return ByteBuffer.wrap(ifreq, IFREQ_UNION_OFFSET, IFREQ_SIZE - IFREQ_UNION_OFFSET)
                .order(ByteOrder.nativeOrder());
    }

    /** The next TCP segment that the kernel sends; null when none comes within the time. Other protocols are skipped. */
    @Nullable
    Segment receive(long timeoutMillis) throws SyscallException, MalformedPacketException {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000;
        while (true) {
            Segment segment = readSegment();
            if (segment != null) {
                return segment;
            }
            long left = Math.max(0, (deadline - System.nanoTime() + 999_999) / 1_000_000);
            if (!libc.pollReadable(fd, (int) left)) {
                return null;
            }
        }
    }

    /** The next TCP segment that is already there, or null. */
    private @Nullable Segment readSegment() throws SyscallException, MalformedPacketException {
        try {
            while (true) {
                Segment segment = Packet.parse(packet, libc.read(fd, packet));
                if (segment != null) {
                    return segment;
                }
            }
        } catch (SyscallException failure) {
            if (failure.errno() == EAGAIN) {
                return null;
            }
            throw failure;
        }
    }

    /** Hands a segment to the kernel as if it had come over the wire. */
    void send(Segment segment) throws SyscallException {
        byte[] bytes = Packet.build(segment);
        libc.write(fd, bytes, bytes.length);
    }

    @Override
    public void close() {
        try {
            libc.close(fd);
        } catch (SyscallException failure) {
            throw new IllegalStateException("closing a descriptor that is open", failure);
        }
    }
}
