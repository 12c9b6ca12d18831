// SPDX-License-Identifier: Apache-2.0
/**
 * Netlink as such: messages, attributes, the dump loop. Source of truth: netlink(7), {@code include/uapi/linux/netlink.h}.
 *
 * <p>Knows nothing of TCP and must not learn it: what a message body means is the caller's business.
 */
package io.tcpvigil.kernel.netlink;
