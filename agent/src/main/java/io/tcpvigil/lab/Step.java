// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.TcpState;
import java.util.Set;

/** One step of a script. */
sealed interface Step {
    /** What the application can do with its socket. */
    enum Call {
        LISTEN("listen"),
        CONNECT("connect"),
        ACCEPT("accept"),
        WRITE("write"),
        READ("read"),
        SHUTDOWN("shutdown"),
        CLOSE("close"),
        ABORT("close"),
        ERROR("getsockopt");

        private final String text;

        Call(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /**
     * The application makes a system call.
     *
     * @param call which
     * @param argument bytes to write or expected to be read, or the backlog of listen; 0 where it has no meaning
     * @param failure what it must fail with (of {@link Call#ERROR}: the error that must be pending); null for success
     */
    record Application(Call call, int argument, @Nullable Failure failure) implements Step {}

    /**
     * The kernel must send this next.
     *
     * @param again whether it is a retransmission; those that nobody foresaw are passed over
     */
    record FromKernel(SegmentSpec segment, boolean again, int withinMillis) implements Step {}

    /**
     * The peer sends this.
     *
     * @param window bytes that it offers from now on; null for no change
     */
    record FromPeer(SegmentSpec segment, @Nullable Integer window) implements Step {}

    /**
     * The state of the connection must be this, in every observer.
     *
     * @param rfc the state by RFC 9293
     * @param shown the state in the kernel's tables; CLOSED when it must be in none of them
     * @param kind the object that must stand for it; null when shown is CLOSED
     * @param deviations what explains the difference
     * @param unread what the receive queue must be; -1 for anything
     * @param unacknowledged what the send queue must be; -1 for anything
     * @param timerMoreThanMillis what the timer must have left and more; -1 for anything
     * @param timerAtMostMillis what it may have left at most; -1 for anything
     */
    record Expect(
            TcpState rfc,
            TcpState shown,
            @Nullable SocketKind kind,
            Set<Deviation> deviations,
            int unread,
            int unacknowledged,
            int timerMoreThanMillis,
            int timerAtMostMillis,
            int withinMillis)
            implements Step {}

    /** So many sockets must be in the state, in every observer. */
    record ExpectCount(TcpState state, int count, int withinMillis) implements Step {}

    /** The kernel must send nothing for so long, retransmissions aside. */
    record Silence(int millis) implements Step {}

    /** A kernel parameter of the namespace is set. */
    record Sysctl(String name, String value) implements Step {}

    /** The steps that follow are about the connection with this number; 1 to begin with. */
    record Connection(int number) implements Step {}

    /** The same two ends begin a new connection: first sequence numbers are new, the application's socket is kept aside. */
    record Incarnation() implements Step {}

    /** A line of explanation. */
    record Note(String text) implements Step {}
}
