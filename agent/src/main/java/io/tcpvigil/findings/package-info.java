// SPDX-License-Identifier: Apache-2.0
/**
 * What is wrong, how it is known, and what to do: one small class for each thing that can be wrong, and in one place how long it
 * must last and how far it must fall before it is over. Pure: what is needed of the kernel, of processes and of settings comes
 * in with an {@link io.tcpvigil.findings.Observation}. What must not be added: anything that looks by itself, and thresholds of
 * our own where the kernel has a limit.
 */
package io.tcpvigil.findings;
