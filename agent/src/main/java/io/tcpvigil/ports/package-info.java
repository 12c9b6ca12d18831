// SPDX-License-Identifier: Apache-2.0
/**
 * Who uses which ports: the listening ones with their accept queues, and the ephemeral ones per destination, which is what
 * the kernel exhausts. Pure: a table of sockets in, numbers out.
 *
 * <p>Source of truth: RFC 6335 for the classes of ports; {@code net/ipv4/inet_connection_sock.c} and {@code
 * inet_hashtables.c} for how the kernel chooses. What must not be added: reading of files, judgement (that is a finding).
 */
package io.tcpvigil.ports;
