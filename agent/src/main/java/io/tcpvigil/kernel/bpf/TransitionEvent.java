// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.libc.MappedMemory;
import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.TcpState;
import java.nio.charset.StandardCharsets;

/**
 * One transition, read in place: good only inside the {@link TransitionEvents.Handler} that it is given to, and the same
 * object each time.
 */
public final class TransitionEvent {
    private static final long UNKNOWN = -1;

    private @Nullable MappedMemory memory;
    private long base;

    TransitionEvent() {}

    void wrap(MappedMemory data, long offset) {
        memory = data;
        base = offset;
    }

    void unwrap() {
        memory = null;
    }

    private MappedMemory memory() {
        MappedMemory current = memory;
        if (current == null) {
            throw new IllegalStateException("an event is gone when its handler has returned");
        }
        return current;
    }

    /** When, in nanoseconds of {@link System#nanoTime}. */
    public long nanoTime() {
        return memory().getLong(base + EventLayout.TIME_OFFSET);
    }

    /** Which socket, among those that are not closed: the kernel uses the number again. */
    public long socket() {
        return memory().getLong(base + EventLayout.SOCKET_OFFSET);
    }

    /** How long the socket was in {@link #from}, in nanoseconds; -1 when it got there before the probe. */
    public long dwellNanos() {
        return memory().getLong(base + EventLayout.DWELL_OFFSET);
    }

    /** How long ago the socket left CLOSED, or was made by its listener; -1 when that was before the probe. */
    public long lifetimeNanos() {
        long born = memory().getLong(base + EventLayout.BORN_OFFSET);
        return born == 0 ? UNKNOWN : nanoTime() - born;
    }

    /** The process whose call it was, as the first pid namespace numbers it; 0 when a packet or timer caused it. */
    public int pid() {
        return memory().getInt(base + EventLayout.PROCESS_OFFSET);
    }

    /** The name of that process' thread, at most 15 bytes; empty when {@link #pid} is 0. */
    public String processName() {
        byte[] name = new byte[EventLayout.NAME_BYTES];
        int length = 0;
        while (length < name.length) {
            byte next = memory().getByte(base + EventLayout.NAME_OFFSET + length);
            if (next == 0) {
                break;
            }
            name[length] = next;
            length++;
        }
        return new String(name, 0, length, StandardCharsets.UTF_8);
    }

    public boolean isIpv6() {
        return memory().getShort(base + EventLayout.FAMILY_OFFSET) == TransitionFields.AF_INET6;
    }

    /** The state left; null for a number that this version does not know. */
    public @Nullable TcpState from() {
        return TcpState.ofKernelNumber(memory().getByte(base + EventLayout.OLD_OFFSET));
    }

    /** The state entered; null for a number that this version does not know. */
    public @Nullable TcpState to() {
        return TcpState.ofKernelNumber(memory().getByte(base + EventLayout.NEW_OFFSET));
    }

    public Where where() {
        return Where.values()[memory().getByte(base + EventLayout.WHERE_OFFSET)];
    }

    /** Who opened the connection. */
    public TransitionTotals.Opener opener() {
        return switch (life() & (EventLayout.INBOUND | EventLayout.OUTBOUND)) {
            case EventLayout.INBOUND -> TransitionTotals.Opener.PEER;
            case EventLayout.OUTBOUND -> TransitionTotals.Opener.LOCAL;
            default -> TransitionTotals.Opener.UNKNOWN;
        };
    }

    /** Whether our side was the first to close, or closed at the same time; as far as it happened since the probe. */
    public boolean closedLocally() {
        return (life() & EventLayout.CLOSED_LOCALLY) != 0;
    }

    /** Whether the peer was the first to close, or closed at the same time; as far as it happened since the probe. */
    public boolean closedByPeer() {
        return (life() & EventLayout.CLOSED_BY_PEER) != 0;
    }

    private int life() {
        return memory().getByte(base + EventLayout.LIFE_OFFSET);
    }

    /** 0 while no port is chosen, as it is when a connect begins. */
    public int localPort() {
        return memory().getShort(base + EventLayout.LOCAL_PORT_OFFSET) & 0xFFFF;
    }

    /** 0 of listeners, and of a child of theirs when it is just made. */
    public int remotePort() {
        return memory().getShort(base + EventLayout.REMOTE_PORT_OFFSET) & 0xFFFF;
    }

    public IpAddress localAddress() {
        return address(EventLayout.LOCAL_OFFSET);
    }

    /** Of a child that a listener has just made it is not the peer's. */
    public IpAddress remoteAddress() {
        return address(EventLayout.REMOTE_OFFSET);
    }

    private IpAddress address(int offset) {
        if (isIpv6()) {
            return new IpAddress(true, networkOrder(offset, 8), networkOrder(offset + 8, 8));
        }
        return IpAddress.ofIpv4((int) networkOrder(offset, 4));
    }

    private long networkOrder(int offset, int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << 8 | (memory().getByte(base + offset + i) & 0xFF);
        }
        return value;
    }

    @Override
    public String toString() {
        return memory == null
                ? "(gone)"
                : nanoTime() + " " + where() + " socket " + Long.toHexString(socket()) + " " + localAddress() + ":"
                        + localPort() + " " + remoteAddress() + ":" + remotePort() + " " + from() + " -> " + to()
                        + " after "
                        + dwellNanos() + " ns, age " + lifetimeNanos() + " ns, pid " + pid() + " " + processName()
                        + ", opener " + opener() + ", closed here " + closedLocally() + ", there " + closedByPeer();
    }
}
