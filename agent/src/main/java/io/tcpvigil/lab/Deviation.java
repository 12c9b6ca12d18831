// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.SocketKind;

/** Where Linux is known to differ from the machine of RFC 9293, or to keep a state in another object than a socket. */
public enum Deviation {
    REQUEST_SOCKET(
            "request-socket",
            SocketKind.REQUEST,
            "SYN-RECEIVED of a passive open is a request socket: no owner, no inode, no queues, no event"),
    TIME_WAIT_MINISOCK(
            "time-wait-minisock",
            SocketKind.MINISOCK,
            "TIME-WAIT is a small object that takes the socket's place; the socket itself is already closed"),
    TIME_WAIT_60S(
            "time-wait-60s",
            SocketKind.MINISOCK,
            "TIME-WAIT lasts 60 s, whatever is set, instead of 2 MSL (4 minutes)"),
    ORPHAN_FIN_WAIT_2(
            "orphan-fin-wait-2",
            SocketKind.MINISOCK,
            "FIN-WAIT-2 that no process holds is a mini-socket too, and ends after tcp_fin_timeout"),
    CLOSED_IS_ABSENT("closed-is-absent", null, "CLOSED is in none of the kernel's tables, held by a process or not"),
    SYN_COOKIE(
            "syn-cookie",
            null,
            "with the SYN queue full the SYN is answered from a cookie, and nothing is kept: no SYN-RECEIVED"),
    ACCEPT_QUEUE_FULL(
            "accept-queue-full",
            SocketKind.REQUEST,
            "with the accept queue full the final ACK is dropped: the peer is ESTABLISHED, the kernel SYN-RECEIVED"),
    SYN_DROPPED(
            "syn-dropped",
            null,
            "with the accept queue full (or, without SYN cookies, the SYN queue) a SYN is dropped as if it had been lost"),
    EARLY_LAST_ACK(
            "early-last-ack",
            SocketKind.FULL,
            "LAST-ACK begins when the FIN is queued; the RFC waits in CLOSE-WAIT until it is sent"),
    ORPHAN_RETRIES(
            "orphan-retries", null, "a socket that no process holds gives up after tcp_orphan_retries retransmissions"),
    PORT_RECYCLED(
            "port-recycled",
            SocketKind.FULL,
            "a local connect may take over a 4-tuple in TIME-WAIT (tcp_tw_reuse): the old state is gone at once"),
    TIME_WAIT_KEPT(
            "time-wait-kept",
            SocketKind.MINISOCK,
            "with tcp_rfc1337 a RST does not end TIME-WAIT (RFC 1337), which in RFC 9293 it does"),
    TIME_WAIT_LIMIT(
            "time-wait-limit", null, "beyond tcp_max_tw_buckets TIME-WAIT is skipped: the connection is gone at once");

    private final String id;
    private final @Nullable SocketKind kind;
    private final String text;

    Deviation(String id, @Nullable SocketKind kind, String text) {
        this.id = id;
        this.kind = kind;
        this.text = text;
    }

    /** The name that verdicts and JSON print, such as {@code request-socket}. */
    public String id() {
        return id;
    }

    /** In one line, for people. */
    public String text() {
        return text;
    }

    /** The kind of object that stands for the state; null when none does. */
    @Nullable
    SocketKind kind() {
        return kind;
    }
}
