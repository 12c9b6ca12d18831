// SPDX-License-Identifier: Apache-2.0
/**
 * The laboratory: a scripted TCP peer on the far side of a TUN device in a network namespace of its own, so that the
 * real kernel can be walked through every path of the state machine and made to stand still on it.
 *
 * <p>A {@link io.tcpvigil.lab.Scenario} is data: scripts of steps, one file each in {@code lab.scenario}. {@link
 * io.tcpvigil.lab.Lab} runs one; what the kernel shows comes in only through {@link io.tcpvigil.lab.StateObserver}.
 * Source of truth: RFC 9293, its figures first. What must not be added: a TCP of our own (the peer says what the script
 * says and keeps no state machine), reading of kernel tables, printing, and anything that touches a network outside the
 * namespace.
 */
package io.tcpvigil.lab;
