// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import io.tcpvigil.tcp.TcpState;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What a {@link TransitionProbe} has counted since it was opened; every number only grows, but those of a port that was
 * forgotten. Filled by {@link TransitionProbe#read} and good until the next one; when that fails, it holds nothing of use. Not
 * thread-safe.
 */
public final class TransitionTotals {
    /** Who opened a connection. The order is the one in which the program numbers them. */
    public enum Opener {
        /** It is older than the probe, or the map of sockets was full. */
        UNKNOWN,
        PEER,
        LOCAL
    }

    /** Buckets of a histogram of times: bucket i holds times from 2^i to below 2^(i+1) ns, the last also longer ones. */
    public static final int DWELL_BUCKETS = TotalsLayout.DWELL_BUCKETS;

    private static final Where[] WHERES = Where.values();
    private static final Opener[] OPENERS = Opener.values();

    private static final int BLOCK_LONGS = TotalsLayout.BLOCK_BYTES / 8;

    private final long[] totals = new long[TotalsLayout.BLOCKS * BLOCK_LONGS];
    private long missed = -1;

    private int ports;
    private int[] portKeys = new int[64];
    /** By hash of the key: the row plus 1, or 0. Twice as long as there can be rows. */
    private int[] portIndex = new int[2 * 64];

    private long[] portCounters = new long[4 * 64];

    // ---- reading ----

    /** How often a socket went from one state to the other; of equal states, how often the kernel stored it again. */
    public long count(Where where, TcpState from, TcpState to) {
        return at(where, TotalsLayout.COUNTS_OFFSET, from.kernelNumber() * TotalsLayout.STATES + to.kernelNumber());
    }

    /**
     * How many stays in a state took so long. Of sockets that are older than the probe, stays that began before it are
     * missing. SYN-RECEIVED is the few microseconds that a child needs, not the handshake, which a request socket waits for.
     */
    public long dwell(Where where, TcpState state, int bucket) {
        return at(where, TotalsLayout.DWELL_OFFSET, state.kernelNumber() * DWELL_BUCKETS + bucket);
    }

    /** All these stays together, in nanoseconds. */
    public long dwellSumNanos(Where where, TcpState state) {
        return at(where, TotalsLayout.DWELL_SUM_OFFSET, state.kernelNumber());
    }

    /** Connections that were established. */
    public long opened(Where where, Opener opener) {
        return at(where, TotalsLayout.OPENED_OFFSET, opener.ordinal());
    }

    /** Connections that were established once and whose socket is closed; TIME-WAIT may only begin then. */
    public long closed(Where where, Opener opener) {
        return at(where, TotalsLayout.CLOSED_OFFSET, opener.ordinal());
    }

    /**
     * Connects that came to nothing though there was a port: refused, timed out, or given up by the application. Which of
     * them, the tracepoint does not tell; AttemptFails counts the first two, TCPAbortOnTimeout the second.
     */
    public long failedConnects(Where where) {
        return at(where, TotalsLayout.FAILED_OFFSET, 0);
    }

    /** Connects that found no free port. No counter of the kernel has them. */
    public long connectsWithoutPort(Where where) {
        return at(where, TotalsLayout.NO_PORT_OFFSET, 0);
    }

    /** Map pressure: sockets that were not remembered because too many were; what comes of them has no time and no opener. */
    public long socketsNotRemembered() {
        return overAll(TotalsLayout.SOCKETS_LOST_OFFSET);
    }

    /** Map pressure: openings, closings and failures that are in the totals but not among the ports. */
    public long portsNotCounted() {
        return overAll(TotalsLayout.PORTS_LOST_OFFSET);
    }

    /** Transitions that are counted here but missing in {@link TransitionEvents}, because its buffer was full. */
    public long eventsLost() {
        return overAll(TotalsLayout.EVENTS_LOST_OFFSET);
    }

    /**
     * Transitions that are counted nowhere: they happened in an interrupt of this very program.
     *
     * @return -1 when the kernel does not tell, which it does since 5.12
     */
    public long transitionsMissed() {
        return missed;
    }

    private long overAll(int offset) {
        long sum = 0;
        for (int block = 0; block < TotalsLayout.BLOCKS; block++) {
            sum += totals[block * BLOCK_LONGS + offset / 8];
        }
        return sum;
    }

    private long at(Where where, int offset, int index) {
        return totals[where.ordinal() * BLOCK_LONGS + offset / 8 + index];
    }

    // ---- ports: rows, in no order ----

    /** How many ports there are; the one that was not used for longest is forgotten when there are too many. */
    public int ports() {
        return ports;
    }

    public Where portWhere(int row) {
        return WHERES[portKeys[row] & 0xFF];
    }

    /** Who opens the connections: of {@link Opener#PEER} the port is ours, of {@link Opener#LOCAL} it is the peer's. */
    public Opener portOpener(int row) {
        return OPENERS[portKeys[row] >>> 8 & 0xFF];
    }

    public int port(int row) {
        return portKeys[row] >>> 16;
    }

    public long portOpened(int row) {
        return portCounters[4 * row];
    }

    public long portClosed(int row) {
        return portCounters[4 * row + 1];
    }

    /** As {@link #failedConnects}, to this port. */
    public long portFailed(int row) {
        return portCounters[4 * row + 2];
    }

    /** As {@link #connectsWithoutPort}, to this port. */
    public long portWithoutPort(int row) {
        return portCounters[4 * row + 3];
    }

    // ---- filling ----

    void clear() {
        Arrays.fill(totals, 0);
        Arrays.fill(portIndex, 0);
        ports = 0;
        missed = -1;
    }

    void missed(long count) {
        missed = count;
    }

    /** Becomes what several probes, one after the other, have counted together; none of them may be this one. */
    public void sum(TransitionTotals... parts) {
        clear();
        for (TransitionTotals part : parts) {
            for (int i = 0; i < totals.length; i++) {
                totals[i] += part.totals[i];
            }
            for (int row = 0; row < part.ports; row++) {
                addPort(part.portKeys[row], part.portCounters, 4 * row);
            }
            if (part.missed >= 0) {
                missed = Math.max(0, missed) + part.missed;
            }
        }
    }

    private void addPort(int key, long[] counters, int from) {
        int row = row(key);
        for (int i = 0; i < 4; i++) {
            portCounters[4 * row + i] += counters[from + i];
        }
    }

    /** Adds what one CPU has counted. */
    void add(ByteBuffer value, int offset) {
        for (int i = 0; i < totals.length; i++) {
            totals[i] += value.getLong(offset + 8 * i);
        }
        int slot = offset + TotalsLayout.BUSY_OFFSET;
        for (int i = 0; i < 1 << TotalsLayout.BUSY_BITS; i++) {
            long key = value.getLong(slot);
            if (key != 0) {
                addPort((int) key, value, slot + TotalsLayout.BUSY_COUNTERS_OFFSET);
            }
            slot += TotalsLayout.BUSY_BYTES;
        }
    }

    /** Adds what one CPU, or all together, have counted of a port: {@link TotalsLayout#portKey}, four counters. */
    void addPort(int key, ByteBuffer values, int valueOffset) {
        int where = key & 0xFF;
        int opener = (key >>> TotalsLayout.DIRECTION_SHIFT) & 0xFF;
        if (where < 0 || where >= WHERES.length || opener < 0 || opener >= OPENERS.length) {
            throw new IllegalStateException("the program made a port of " + where + " and " + opener);
        }
        int row = row(key);
        for (int i = 0; i < 4; i++) {
            portCounters[4 * row + i] += values.getLong(valueOffset + 8 * i);
        }
    }

    /** The row of a port, a new one with zeros if it has none. */
    private int row(int key) {
        if (2 * ports >= portIndex.length) {
            grow();
        }
        int at = place(key);
        if (portIndex[at] == 0) {
            portKeys[ports] = key;
            Arrays.fill(portCounters, 4 * ports, 4 * ports + 4, 0);
            ports++;
            portIndex[at] = ports;
        }
        return portIndex[at] - 1;
    }

    private int place(int key) {
        int mask = portIndex.length - 1;
        int at = ((key * 0x9E3779B1) >>> 15) & mask;
        while (portIndex[at] != 0 && portKeys[portIndex[at] - 1] != key) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private void grow() {
        portKeys = Arrays.copyOf(portKeys, 2 * portKeys.length);
        portCounters = Arrays.copyOf(portCounters, 2 * portCounters.length);
        portIndex = new int[2 * portIndex.length];
        for (int row = 0; row < ports; row++) {
            portIndex[place(portKeys[row])] = row + 1;
        }
    }
}
