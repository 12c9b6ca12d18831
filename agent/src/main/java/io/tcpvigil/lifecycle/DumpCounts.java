// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

/**
 * What the tracker was given since it began.
 *
 * @param complete dumps that ran to their end
 * @param partial dumps that were cut short: they added and advanced connections and ended none
 * @param failed dumps without rows: they changed nothing
 * @param late dumps older than one already taken in: they changed nothing
 * @param repeatedRows rows of a socket that the same dump had already shown in this state or a later one
 * @param pauses dumps that came so long after the one before that anything may have happened in between
 */
public record DumpCounts(long complete, long partial, long failed, long late, long repeatedRows, long pauses) {}
