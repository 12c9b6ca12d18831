// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

/** The columns of a thousand rows of a {@link SocketTable}; what each holds is told there. */
final class SocketChunk {
    private static final int ROWS = SocketTable.CHUNK_ROWS;

    final byte[] state = new byte[ROWS];
    final byte[] flags = new byte[ROWS];
    final byte[] timer = new byte[ROWS];
    final byte[] retransmits = new byte[ROWS];
    final char[] localPort = new char[ROWS];
    final char[] remotePort = new char[ROWS];
    final long[] localHigh = new long[ROWS];
    final long[] localLow = new long[ROWS];
    final long[] remoteHigh = new long[ROWS];
    final long[] remoteLow = new long[ROWS];
    final long[] cookie = new long[ROWS];
    final long[] cgroup = new long[ROWS];
    final int[] expiresMillis = new int[ROWS];
    final int[] receiveQueue = new int[ROWS];
    final int[] sendQueue = new int[ROWS];
    final int[] uid = new int[ROWS];
    final int[] inode = new int[ROWS];
    final int[] interfaceIndex = new int[ROWS];
    final int[] lastAckReceivedMillis = new int[ROWS];

    /** Puts row {@code from} of {@code source} over row {@code to} of this chunk. */
    void copyRow(int to, SocketChunk source, int from) {
        state[to] = source.state[from];
        flags[to] = source.flags[from];
        timer[to] = source.timer[from];
        retransmits[to] = source.retransmits[from];
        localPort[to] = source.localPort[from];
        remotePort[to] = source.remotePort[from];
        localHigh[to] = source.localHigh[from];
        localLow[to] = source.localLow[from];
        remoteHigh[to] = source.remoteHigh[from];
        remoteLow[to] = source.remoteLow[from];
        cookie[to] = source.cookie[from];
        cgroup[to] = source.cgroup[from];
        expiresMillis[to] = source.expiresMillis[from];
        receiveQueue[to] = source.receiveQueue[from];
        sendQueue[to] = source.sendQueue[from];
        uid[to] = source.uid[from];
        inode[to] = source.inode[from];
        interfaceIndex[to] = source.interfaceIndex[from];
        lastAckReceivedMillis[to] = source.lastAckReceivedMillis[from];
    }
}
