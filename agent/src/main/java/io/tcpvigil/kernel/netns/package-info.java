// SPDX-License-Identifier: Apache-2.0
/**
 * Network namespaces: making one, and running code inside it on a thread that goes nowhere else.
 *
 * <p>Source of truth: network_namespaces(7), unshare(2), setns(2). What must not be added: anything that moves a thread
 * which somebody else uses.
 */
package io.tcpvigil.kernel.netns;
