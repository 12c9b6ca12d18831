// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import io.tcpvigil.Nullable;

/** What is remembered of one process: which of its descriptors were sockets when it was last visited. */
final class ProcessEntry {
    private static final int[] NONE = {};

    final int pid;
    /** Its place in the list of processes that sets of owners are made of; negative before it held a socket. */
    int index = -1;

    long startTicks;

    @Nullable
    OwnerProcess process;

    /** Descriptors seen at the last visit, ascending, and beside each its socket's inode, or 0. */
    int[] descriptors = NONE;

    int[] inodes = NONE;

    /** Its descriptors may not be listed. */
    boolean unreadable;
    /** The last visit was broken off, because time was up. */
    boolean unfinished;

    ProcessEntry(int pid) {
        this.pid = pid;
    }
}
