// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import io.tcpvigil.Nullable;

/**
 * What is known of one process at one moment.
 *
 * @param uid its real user id; {@link #UNKNOWN} when not told
 * @param user the name of that user in {@code /etc/passwd}; null when there is none
 * @param commandLine its arguments joined by blanks, which may hold secrets; empty for a zombie or a kernel thread
 * @param openFiles open descriptors; {@link #UNKNOWN} when they may not be listed
 * @param softOpenFileLimit how many it may have; {@link #UNKNOWN} when not told, {@link Long#MAX_VALUE} for no limit
 * @param hardOpenFileLimit how far it may raise that itself
 */
public record ProcessDetails(
        OwnerProcess process,
        long uid,
        @Nullable String user,
        String commandLine,
        long openFiles,
        long softOpenFileLimit,
        long hardOpenFileLimit) {
    public static final long UNKNOWN = -1;

    /** The share of the soft limit that is in use, 0 to 1; NaN when one of the two is not known. */
    public double descriptorShare() {
        return openFiles == UNKNOWN || softOpenFileLimit <= 0 ? Double.NaN : (double) openFiles / softOpenFileLimit;
    }
}
