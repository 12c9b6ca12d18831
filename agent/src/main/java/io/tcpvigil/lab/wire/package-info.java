// SPDX-License-Identifier: Apache-2.0
/**
 * IP packets with a TCP segment in them, built and read byte by byte: as much as a scripted peer needs.
 *
 * <p>Source of truth: RFC 9293 section 3.1 (TCP header), RFC 791 and RFC 8200 (IP headers), RFC 7323 (window scale and
 * timestamps), RFC 2018 (SACK-permitted). What must not be added: IP options, extension headers, fragments, any other
 * protocol.
 */
package io.tcpvigil.lab.wire;
