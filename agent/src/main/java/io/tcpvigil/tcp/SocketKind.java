// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

/** What kind of kernel object a row stands for; the state alone does not tell. */
public enum SocketKind {
    /** A {@code struct tcp_sock}: has queues, and an inode unless it is orphaned or not yet accepted. */
    FULL,
    /** A half-open inbound connection, {@code struct tcp_request_sock}: no uid, no inode, no queues. */
    REQUEST,
    /** {@code struct inet_timewait_sock}: TIME-WAIT, or FIN-WAIT-2 that no process holds any more. */
    MINISOCK,
    /** Bound to a port, neither listening nor connected ({@code TCP_BOUND_INACTIVE}): holds a port, is no connection. */
    BOUND
}
