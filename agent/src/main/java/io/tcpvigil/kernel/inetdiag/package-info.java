// SPDX-License-Identifier: Apache-2.0
/**
 * TCP over NETLINK_SOCK_DIAG: the dump request, its replies and {@code struct tcp_info} as views over received bytes, and
 * the reader that turns a dump into rows of a {@link io.tcpvigil.tcp.SocketTable}.
 *
 * <p>Source of truth: {@code include/uapi/linux/inet_diag.h}, {@code include/uapi/linux/tcp.h}, {@code
 * net/ipv4/inet_diag.c}. What must not be added: fallbacks, choice of a source, anything that outlives one dump.
 */
package io.tcpvigil.kernel.inetdiag;
