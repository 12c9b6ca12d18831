// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.TcpState;

/**
 * A row of the kernel's socket table.
 *
 * @param state its state
 * @param kind the kernel object that it is
 * @param local the kernel's end
 * @param remote the other end; port 0 of a listener
 * @param receiveQueue bytes not read, one more for a FIN; of a listener the connections not accepted; -1 unknown
 * @param sendQueue bytes not acknowledged, one more for a SYN or FIN; -1 unknown
 * @param expiresMillis until its timer fires; -1 unknown
 */
public record Observed(
        TcpState state,
        SocketKind kind,
        Endpoint local,
        Endpoint remote,
        long receiveQueue,
        long sendQueue,
        int expiresMillis) {}
