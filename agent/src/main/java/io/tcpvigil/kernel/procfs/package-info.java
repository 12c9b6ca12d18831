// SPDX-License-Identifier: Apache-2.0
/**
 * What the kernel tells in text: the socket tables {@code net/tcp} and {@code net/tcp6}, the counters {@code net/snmp} and
 * {@code net/netstat}, the usage {@code net/sockstat}, and the limits below {@code sys/net}; besides, the service names of
 * {@code /etc/services}. One class per file read, each with the place of {@code /proc} as a parameter ({@link
 * io.tcpvigil.kernel.procfs.ProcFs}).
 *
 * <p>Source of truth: {@code net/ipv4/tcp_ipv4.c}, {@code net/ipv6/tcp_ipv6.c} and {@code net/ipv4/proc.c} of the kernel,
 * {@code Documentation/networking/proc_net_tcp.rst}, {@code proc_net.rst} and {@code ip-sysctl.rst}.
 *
 * <p>What is not there is absent, never 0. Input that does not look as the kernel writes it is a {@link
 * io.tcpvigil.kernel.procfs.MalformedFileException} or a counted, skipped line, never a guess. What must not be added: a
 * choice between sources, an opinion about a value, anything that keeps a history.
 */
package io.tcpvigil.kernel.procfs;
