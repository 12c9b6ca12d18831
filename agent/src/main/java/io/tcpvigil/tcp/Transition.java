// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

/**
 * One arrow of the state machine.
 *
 * @param from the state left
 * @param to the state entered
 * @param event what makes it happen
 * @param guard what must hold besides, in words; empty when nothing
 * @param action what the endpoint sends or does, in words; empty when nothing
 * @param section where RFC 9293 says so, such as {@code 3.10.7.4}; of a kernel edge, what in the kernel makes it
 * @param origin whether the RFC has this arrow or only the kernel
 */
public record Transition(
        TcpState from, TcpState to, Event event, String guard, String action, String section, Origin origin) {

    /** What can move a connection: the user calls, arriving segments and time-outs of RFC 9293 section 3.10. */
    public enum Event {
        PASSIVE_OPEN("passive OPEN: listen()"),
        ACTIVE_OPEN("active OPEN: connect()"),
        SEND("SEND on a listening endpoint"),
        CLOSE("CLOSE: close() or shutdown(SHUT_WR)"),
        CLOSE_LISTENER("CLOSE: close() or shutdown(SHUT_RD)"),
        ABORT("ABORT: close() with SO_LINGER 0, or with data unread"),
        SYN("segment with SYN"),
        SYN_ACK("segment with SYN and ACK of our SYN"),
        ACK_OF_SYN("segment with ACK of our SYN"),
        ACK_OF_FIN("segment with ACK of our FIN"),
        FIN("segment with FIN"),
        FIN_AND_ACK_OF_FIN("segment with FIN and ACK of our FIN"),
        RST("segment with RST"),
        USER_TIMEOUT("time-out: no answer after the last retransmission"),
        TIME_WAIT_TIMEOUT("time-out: 2 MSL are over"),
        KERNEL_TIMEOUT("time-out that only the kernel has");

        private final String description;

        Event(String description) {
            this.description = description;
        }

        public String description() {
            return description;
        }
    }

    /** Who knows the transition. */
    public enum Origin {
        /** RFC 9293 has it, and Linux does it. */
        RFC,
        /** RFC 9293 has it, but Linux never does it. */
        RFC_ONLY,
        /** Linux does it in a way that RFC 9293 does not foresee. */
        LINUX
    }
}
