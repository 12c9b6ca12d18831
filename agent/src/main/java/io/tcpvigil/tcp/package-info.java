// SPDX-License-Identifier: Apache-2.0
/**
 * The vocabulary that every other package speaks: the states and transitions of RFC 9293 as data, endpoints, the table
 * of sockets that one dump fills, and the filter a user writes to pick among them.
 *
 * <p>Source of truth: RFC 9293 for the states and transitions; {@code include/net/tcp_states.h} for the kernel's
 * numbers. Pure: no kernel access, no clock, no environment, nothing but {@code java.base}. What must not be added:
 * anything that reads, measures or prints.
 */
package io.tcpvigil.tcp;
