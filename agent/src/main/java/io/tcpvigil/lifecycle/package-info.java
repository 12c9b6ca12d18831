// SPDX-License-Identifier: Apache-2.0
/**
 * Remembers connections from one dump to the next: the transitions they made and how well each is known, the time they
 * spent in each state, who opened and who ended them, and how much of what happened was seen at all.
 *
 * <p>The flow: {@link io.tcpvigil.lifecycle.ConnectionTracker} takes each dump ({@code update}) and, where there is a
 * second source, each socket that the kernel destroyed in between ({@code destroyed}); it keeps the live connections in a
 * {@code ConnectionStore} for each family, lets rows make {@code Lives} and missing rows make {@code Exits}, says what a step
 * means through {@code Inference}, what an end means through {@code Endings}, counts in a {@code LifecycleTally}, and gives a {@link io.tcpvigil.lifecycle.LifecycleReport}. {@link
 * io.tcpvigil.lifecycle.CoverageLedger} holds the counts against the kernel's own.
 *
 * <p>Source of truth: {@link io.tcpvigil.tcp.StateMachine} for what is legal; {@code net/ipv4/tcp_minisocks.c}, {@code
 * tcp.c} and {@code inet_diag.c} for what of it a dump shows. Pure: time and rows come in as arguments. What must not be
 * added: reading of clocks, files or the kernel, and judgement (that is a finding).
 */
package io.tcpvigil.lifecycle;
