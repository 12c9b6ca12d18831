// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

import io.tcpvigil.Nullable;
import java.util.Locale;

/**
 * The eleven states of RFC 9293 section 3.3.2, in the order in which a connection usually meets them.
 *
 * <p>The kernel numbers them otherwise ({@code include/net/tcp_states.h}) and has two more: {@code TCP_NEW_SYN_RECV}
 * (12, a request socket: SYN-RECEIVED here) and {@code TCP_BOUND_INACTIVE} (13, bound and nothing else: CLOSED here,
 * see {@link SocketKind#BOUND}).
 */
public enum TcpState {
    /** Waiting for a SYN from any remote. */
    LISTEN(10, "LISTEN", "listen"),
    /** Our SYN is out, no answer yet. */
    SYN_SENT(2, "SYN-SENT", "syn_sent"),
    /** Both SYNs seen, the ACK of ours is missing. */
    SYN_RECEIVED(3, "SYN-RECEIVED", "syn_received"),
    /** Data may flow both ways. */
    ESTABLISHED(1, "ESTABLISHED", "established"),
    /** We closed first; our FIN is not acknowledged. */
    FIN_WAIT_1(4, "FIN-WAIT-1", "fin_wait_1"),
    /** We closed first, our FIN is acknowledged; the peer has not closed. */
    FIN_WAIT_2(5, "FIN-WAIT-2", "fin_wait_2"),
    /** The peer closed; our application has not. */
    CLOSE_WAIT(8, "CLOSE-WAIT", "close_wait"),
    /** Both closed at once; our FIN is not acknowledged. */
    CLOSING(11, "CLOSING", "closing"),
    /** The peer closed first, then we; our FIN is not acknowledged. */
    LAST_ACK(9, "LAST-ACK", "last_ack"),
    /** All is acknowledged; the 4-tuple rests until no old segment can be under way. */
    TIME_WAIT(6, "TIME-WAIT", "time_wait"),
    /** No connection. The kernel keeps closed sockets in none of its tables. */
    CLOSED(7, "CLOSED", "closed");

    private static final TcpState[] BY_KERNEL_NUMBER = new TcpState[16];

    static {
        for (TcpState state : values()) {
            BY_KERNEL_NUMBER[state.kernelNumber] = state;
        }
        BY_KERNEL_NUMBER[12] = SYN_RECEIVED;
    }

    private final int kernelNumber;
    private final String displayName;
    private final String label;

    TcpState(int kernelNumber, String displayName, String label) {
        this.kernelNumber = kernelNumber;
        this.displayName = displayName;
        this.label = label;
    }

    /** The number in {@code include/net/tcp_states.h}, 1 to 11. */
    public int kernelNumber() {
        return kernelNumber;
    }

    /** The name as RFC 9293 prints it, such as {@code TIME-WAIT}: for people. */
    public String displayName() {
        return displayName;
    }

    /** The name for machines (labels, JSON), such as {@code time_wait}. */
    public String label() {
        return label;
    }

    /**
     * The state with the kernel's number, or null when this version does not know the number. 12 (a request socket) is
     * SYN-RECEIVED; 13 (bound, inactive) is not a state and gives null.
     */
    public static @Nullable TcpState ofKernelNumber(int number) {
        return number >= 0 && number < BY_KERNEL_NUMBER.length ? BY_KERNEL_NUMBER[number] : null;
    }

    /**
     * Reads any spelling in use: {@code TIME-WAIT}, {@code time_wait}, {@code timewait}, the names of {@code ss} and
     * {@code netstat} ({@code estab}, {@code syn-recv}, {@code fin-wait-1}, {@code FIN_WAIT1}), the kernel's number.
     * Null when it is none of them.
     */
    public static @Nullable TcpState parse(String text) {
        String bare =
                text.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "").replace(" ", "");
        for (TcpState state : values()) {
            if (bare.equals(state.label.replace("_", "")) || text.equals(Integer.toString(state.kernelNumber))) {
                return state;
            }
        }
        return switch (bare) {
            case "estab" -> ESTABLISHED;
            case "synrecv", "synrcvd" -> SYN_RECEIVED;
            case "listening" -> LISTEN;
            case "close" -> CLOSED;
            default -> null;
        };
    }
}
