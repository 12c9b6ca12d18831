// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import io.tcpvigil.tcp.SocketTable;

/**
 * The UDP sockets of one look.
 *
 * @param table those that are not connected are of kind BOUND
 * @param portsChosen whether only those are in it whose port a program chose; else also those whose port the kernel chose, and
 *     which is which is not told
 */
public record UdpSockets(SocketTable table, boolean portsChosen) {}
