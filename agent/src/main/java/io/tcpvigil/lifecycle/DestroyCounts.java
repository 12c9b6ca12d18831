// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

/**
 * What became of the destroy messages that the tracker was given since it began.
 *
 * @param matched of connections that were tracked
 * @param unseen of connections that no dump had shown: counted as opened and closed thanks to the message alone
 * @param late of connections that had been counted as gone, or that nothing dates: they changed nothing
 * @param ignored of sockets that were no connections: listeners, ones never connected, and messages without a cookie
 */
public record DestroyCounts(long matched, long unseen, long late, long ignored) {}
