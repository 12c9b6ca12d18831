// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.inetdiag.DestroyReader;
import io.tcpvigil.kernel.inetdiag.InetDiagReader;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.kernel.netlink.MalformedMessageException;
import io.tcpvigil.kernel.netlink.NetlinkListener;
import io.tcpvigil.kernel.netlink.NetlinkMulticast;
import java.util.function.LongSupplier;

/**
 * The full TCP sockets that the kernel destroys in one network namespace, as it tells of them: the second source beside
 * dumps, for what lives and dies between two of them. Nothing depends on it: where it cannot be had, {@link #problem} says
 * why, and it is tried again with longer and longer pauses. Needs no privilege; without CAP_NET_ADMIN the buffer is small.
 *
 * <p>Not thread-safe; belongs to the thread that uses it, and to the namespace of that thread.
 */
public final class DestroyEvents implements AutoCloseable {
    /**
     * The kernel doubles it and takes 1,280 bytes a message: room for 26,000, which is half a second at 50,000 ends a second.
     * Memory is taken only while messages wait.
     */
    private static final int BUFFER_BYTES = 16 << 20;

    /** The most messages taken at once, so that no flood keeps its reader for ever. */
    private static final int MOST_AT_ONCE = 1 << 16;

    /** Opens the way to the kernel; a test gives a recording instead. */
    public interface Opener {
        NetlinkMulticast open() throws SyscallException;
    }

    private final Opener opener;
    private final Retry retry;
    private @Nullable NetlinkMulticast events;
    private @Nullable DestroyReader reader;
    private @Nullable String problem;
    private long received;
    private long malformed;
    private long lostBefore;
    private long lost;
    private long bufferBytes;

    /**
     * @param nanoClock monotonic time in nanoseconds, for the pauses between attempts
     */
    public DestroyEvents(Opener opener, LongSupplier nanoClock) {
        this.opener = opener;
        this.retry = new Retry(nanoClock);
    }

    /** The sockets of the namespace in which the thread is that first uses it. */
    public static DestroyEvents ofThread(LongSupplier nanoClock) {
        return new DestroyEvents(
                () -> NetlinkListener.open(Libc.get(), InetDiagReader.PROTOCOL, DestroyReader.GROUPS, BUFFER_BYTES),
                nanoClock);
    }

    /** Begins to listen, unless it does or it is too early to try again; whether it listens. */
    public boolean listen() {
        if (events != null) {
            return true;
        }
        if (problem != null && !retry.isDue()) {
            return false;
        }
        try {
            NetlinkMulticast opened = opener.open();
            events = opened;
            reader = new DestroyReader(opened);
            bufferBytes = opened.bufferBytes();
            problem = null;
            retry.worked();
            return true;
        } catch (SyscallException refused) {
            fail("destroy events refused: " + refused.getMessage());
            return false;
        }
    }

    /** Waits until a message is there, but no longer than so many milliseconds; whether one is. */
    public boolean await(int millis) {
        NetlinkMulticast open = events;
        if (open == null) {
            return false;
        }
        try {
            return open.await(millis);
        } catch (SyscallException failure) {
            fail("destroy events broke off: " + failure.getMessage());
            return false;
        }
    }

    /** Hands over what has come since the last call, and counts what was lost; how many messages it was. */
    public int drain(DestroyReader.Handler handler) {
        NetlinkMulticast open = events;
        DestroyReader decoder = reader;
        if (open == null || decoder == null) {
            return 0;
        }
        int taken = 0;
        long malformedBefore = malformed;
        try {
            for (int length = open.receive(); length != NetlinkMulticast.NOTHING; length = open.receive()) {
                taken++;
                decode(decoder, length, handler);
                if (taken == MOST_AT_ONCE) {
                    break;
                }
            }
            lost = lostBefore + open.dropped();
            if (taken > 0 && malformed == malformedBefore) {
                problem = null;
            }
        } catch (SyscallException failure) {
            fail("destroy events broke off: " + failure.getMessage());
        }
        received += taken;
        return taken;
    }

    private void decode(DestroyReader decoder, int length, DestroyReader.Handler handler) {
        try {
            decoder.decode(length, handler);
        } catch (MalformedMessageException strange) {
            // Each message stands alone: the next may be sound. What it was about is found missing by the next dump.
            malformed++;
            problem = "destroy event not understood: " + strange.getMessage();
        }
    }

    private void fail(String reason) {
        close();
        problem = reason;
        retry.failed();
    }

    /** Why it does not listen, or did not understand what it heard; null when all is well. */
    public @Nullable String problem() {
        return problem;
    }

    /** Messages received since the start. */
    public long received() {
        return received;
    }

    /** Messages that the kernel dropped because the buffer was full, since the start; exact. */
    public long lost() {
        return lost;
    }

    /** Messages received that were not what the protocol says. */
    public long malformed() {
        return malformed;
    }

    /** What the receive buffer holds, in the kernel's counting of 1,280 bytes a message; 0 before it listened. */
    public long bufferBytes() {
        return bufferBytes;
    }

    @Override
    public void close() {
        NetlinkMulticast open = events;
        events = null;
        reader = null;
        if (open != null) {
            lostBefore = lost;
            open.close();
        }
    }
}
