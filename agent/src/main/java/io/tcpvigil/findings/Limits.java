// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import java.util.OptionalLong;

/**
 * What the kernel allows ({@code Documentation/networking/ip-sysctl.rst}). A limit is empty when it could not be read; those of
 * the whole host can be read in the initial namespace only.
 *
 * @param timeWaitBuckets {@code tcp_max_tw_buckets}: minisocks of the namespace
 * @param orphans {@code tcp_max_orphans}: of the whole host
 * @param memoryPressurePages the middle one of {@code tcp_mem}: of the whole host
 * @param memoryHighPages the last one of {@code tcp_mem}
 * @param syncookies {@code tcp_syncookies}: 0 off, 1 when the SYN queue is full, 2 always
 * @param finTimeoutSeconds {@code tcp_fin_timeout}
 */
public record Limits(
        OptionalLong timeWaitBuckets,
        OptionalLong orphans,
        OptionalLong memoryPressurePages,
        OptionalLong memoryHighPages,
        OptionalLong syncookies,
        OptionalLong finTimeoutSeconds) {
    /** Nothing could be read. */
    public static final Limits UNKNOWN = new Limits(
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty());
}
