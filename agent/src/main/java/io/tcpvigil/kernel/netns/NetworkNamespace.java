// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.netns;

import io.tcpvigil.Nullable;
import java.nio.file.Path;

/**
 * A network namespace that was there when somebody looked.
 *
 * @param inode its number, which may be used again once it is gone
 * @param name the name under {@code /run/netns}, {@code host} for the first one of the machine, if it can be told; null when it has none
 * @param pid the lowest of its processes; {@link #NO_PROCESS} when it has none, or none that may be seen
 * @param path what setns(2) takes: the name's file, or that of the process
 */
public record NetworkNamespace(long inode, @Nullable String name, int pid, Path path) {
    public static final int NO_PROCESS = -1;

    /** The name, else {@code net:[INODE]}. */
    public String label() {
        return name == null ? "net:[" + inode + "]" : name;
    }
}
