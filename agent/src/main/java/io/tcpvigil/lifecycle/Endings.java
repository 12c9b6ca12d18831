// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.TcpState;

/**
 * Judges how a connection ended that is in no table any more, from the state it was last seen in and what is known besides.
 * One is used over and over: {@link #judge} leaves its answer in the fields.
 *
 * <pre>
 *   last state      what else is known             step or way        evidence    ended by
 *   SYN-SENT        RST answered, or refused       to CLOSED          observed    refused
 *   SYN-SENT        destroyed                      to CLOSED          observed    unknown
 *   SYN-SENT        the same, but never seen       to CLOSED          inferred    the same
 *   SYN-SENT        disconnected, maybe later      to CLOSED          ambiguous   unknown
 *   SYN-SENT        nothing                        to CLOSED          vanished    unknown
 *   SYN-RECEIVED    destroyed, cut off             to CLOSED          ambiguous   reset
 *   SYN-RECEIVED    nothing                        to CLOSED          vanished    unknown
 *   ESTABLISHED     our FIN acked, none received   via FIN-WAIT-2     vanished    local
 *   ESTABLISHED     both FINs, no minisock made    via LAST-ACK       inferred    peer
 *   ESTABLISHED     our FIN acked, nothing else    to CLOSED          ambiguous   unknown, see FirstFins
 *   ESTABLISHED     destroyed, cut off             to CLOSED          ambiguous   reset
 *   ESTABLISHED     nothing                        to CLOSED          vanished    unknown
 *   CLOSE-WAIT      our FIN acked                  via LAST-ACK       inferred    peer
 *   CLOSE-WAIT      destroyed, cut off             to CLOSED          ambiguous   reset
 *   CLOSE-WAIT      nothing                        to CLOSED          vanished    peer
 *   FIN-WAIT-1, CLOSING, FIN-WAIT-2 held open      to CLOSED          vanished    first FIN, or reset if cut off
 *   FIN-WAIT-2      orphan, its timer ran out      to CLOSED          observed    first FIN
 *   FIN-WAIT-2      orphan, timer still running    to CLOSED          vanished    first FIN
 *   LAST-ACK                                       to CLOSED          observed    peer, or reset if cut off
 *   TIME-WAIT       timer ran out, or 4-tuple taken  to CLOSED        observed    first FIN
 *   TIME-WAIT       else                           to CLOSED          vanished    first FIN
 * </pre>
 *
 * A time-out is never among them: a socket that stopped retransmitting and one that was reset look the same to a poll and in
 * a destroy message. It is taken for unknown, or for what the first FIN says.
 */
final class Endings {
    /** Who or what ended it. */
    EndedBy by = EndedBy.UNKNOWN;
    /** How well the last step is known, which leads to CLOSED. */
    Evidence evidence = Evidence.VANISHED;
    /** What it surely went through, by inference, between the state last seen and its last step; CLOSED for nothing. */
    TcpState via = TcpState.CLOSED;
    /** Whether it ended by FINs, and nothing of its own says whose was the first. */
    boolean isDoubtful;

    /**
     * Judges.
     *
     * @param timerRanOut whether the timer that was last seen, of a minisock, has run out since
     * @param noMinisock whether the full socket is known to have gone, and no minisock has come after it
     * @param disconnected whether a destroy message without destination port came for it: the process aborted it, closed the
     *     listener in whose queue it was, or was told by connect() that it failed
     */
    void judge(int flags, boolean timerRanOut, boolean noMinisock, boolean disconnected) {
        int fate = Flags.fate(flags);
        boolean cut = fate == Flags.FATE_CUT || disconnected;
        boolean acked = fate == Flags.FATE_FIN_ACKED;
        via = TcpState.CLOSED;
        evidence = Evidence.VANISHED;
        by = EndedBy.UNKNOWN;
        isDoubtful = false;
        switch (Flags.state(flags)) {
            case SYN_SENT -> {
                if (disconnected) {
                    // That wipes the trace of a connection that came up and was aborted, too.
                    evidence = Evidence.AMBIGUOUS;
                } else if (fate != Flags.FATE_ALIVE) {
                    evidence = Flags.has(flags, Flags.SINCE_EXACT) ? Evidence.OBSERVED : Evidence.INFERRED;
                    by = fate == Flags.FATE_CUT ? EndedBy.REFUSED : EndedBy.UNKNOWN;
                }
            }
            case SYN_RECEIVED -> {
                if (cut) {
                    cutOff();
                }
            }
            case ESTABLISHED -> {
                if (acked) {
                    finAcknowledged(Flags.closer(flags), noMinisock);
                } else if (cut) {
                    cutOff();
                }
            }
            case CLOSE_WAIT -> {
                by = EndedBy.PEER;
                if (acked) {
                    throughLastAck();
                } else if (cut) {
                    cutOff();
                }
            }
            case FIN_WAIT_1, CLOSING -> by = cut ? EndedBy.RESET : firstFin(flags);
            case FIN_WAIT_2 -> {
                boolean orphan = Flags.kind(flags) == SocketKind.MINISOCK;
                evidence = orphan && timerRanOut ? Evidence.OBSERVED : Evidence.VANISHED;
                by = cut && !orphan ? EndedBy.RESET : firstFin(flags);
            }
            case LAST_ACK -> {
                evidence = Evidence.OBSERVED;
                by = cut ? EndedBy.RESET : EndedBy.PEER;
            }
            case TIME_WAIT -> {
                boolean explained = timerRanOut || Flags.has(flags, Flags.SUPERSEDED);
                evidence = explained ? Evidence.OBSERVED : Evidence.VANISHED;
                by = firstFin(flags);
            }
            case LISTEN, CLOSED -> throw new IllegalStateException("no connection is in " + Flags.state(flags));
        }
    }

    /**
     * Of a connection that was last seen in ESTABLISHED. That no minisock is left of it says nothing: a RST, data, or a SYN may
     * have ended it by now, and a socket that its process still holds in FIN-WAIT-2 has none.
     */
    private void finAcknowledged(int closer, boolean noMinisock) {
        if (closer == Flags.CLOSER_LOCAL) {
            via = TcpState.FIN_WAIT_2;
            by = EndedBy.LOCAL;
        } else if (closer == Flags.CLOSER_PEER && noMinisock) {
            throughLastAck();
        } else {
            evidence = Evidence.AMBIGUOUS;
            isDoubtful = true;
        }
    }

    /** After all, the peer's FIN was the first. */
    void throughLastAck() {
        via = TcpState.LAST_ACK;
        evidence = Evidence.INFERRED;
        by = EndedBy.PEER;
    }

    /** By a RST, maybe after states that were not seen. */
    private void cutOff() {
        evidence = Evidence.AMBIGUOUS;
        by = EndedBy.RESET;
    }

    static EndedBy firstFin(int flags) {
        return switch (Flags.closer(flags)) {
            case Flags.CLOSER_LOCAL -> EndedBy.LOCAL;
            case Flags.CLOSER_PEER -> EndedBy.PEER;
            case Flags.CLOSER_BOTH -> EndedBy.BOTH;
            default -> EndedBy.UNKNOWN;
        };
    }
}
