// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.util.Arrays;

/**
 * Which ports are listened on, now and in the dump before, and which may have been lately: 64 KiB of bits. By family, as a child has the family of its
 * listener.
 */
final class Listeners {
    private static final int PORTS = 65_536;
    private static final int FAMILY_WORDS = PORTS / 64;

    /** First IPv4, then IPv6. */
    private long[] now = new long[2 * FAMILY_WORDS];

    private long[] before = new long[2 * FAMILY_WORDS];
    /** Those of every dump since the last full one, and of sockets that were closed: they may have been listeners. */
    private long[] lately = new long[2 * FAMILY_WORDS];
    /** The same, from the full dump before to the last. */
    private long[] earlier = new long[2 * FAMILY_WORDS];

    private int completeDumps;
    private int count;

    /**
     * Reads the listeners of a dump, wherever in it they are.
     *
     * @param complete whether there are no others
     * @param full whether it is a dump of every state
     */
    void read(SocketTable table, boolean complete, boolean full) {
        if (complete) {
            long[] oldest = before;
            before = now;
            now = oldest;
            Arrays.fill(now, 0);
            completeDumps = Math.min(2, completeDumps + 1);
            count = 0;
        }
        if (complete && full) {
            long[] oldest = earlier;
            earlier = lately;
            lately = oldest;
            Arrays.fill(lately, 0);
        }
        int found = 0;
        for (int row = 0; row < table.rows(); row++) {
            if (table.state(row) == TcpState.LISTEN) {
                int bit = bit(table.isIpv6(row), table.localPort(row));
                now[bit >> 6] |= 1L << bit;
                lately[bit >> 6] |= 1L << bit;
                found++;
            }
        }
        count = complete ? found : Math.max(count, found);
    }

    /** A socket with this port, which had no peer, was closed: maybe a listener that no dump showed. */
    void closed(boolean ipv6, int port) {
        int bit = bit(ipv6, port);
        lately[bit >> 6] |= 1L << bit;
    }

    private static int bit(boolean ipv6, int port) {
        return (ipv6 ? PORTS : 0) + port;
    }

    /** Whether somebody listened on the port in one of the last two dumps. */
    boolean isListened(boolean ipv6, int port) {
        int bit = bit(ipv6, port);
        return ((now[bit >> 6] | before[bit >> 6]) & (1L << bit)) != 0;
    }

    /** Whether nobody has listened on the port since the full dump before the last, as far as dumps and messages show. */
    boolean isSurelyNotListened(boolean ipv6, int port) {
        int bit = bit(ipv6, port);
        boolean maybe = ((lately[bit >> 6] | earlier[bit >> 6]) & (1L << bit)) != 0;
        return completeDumps == 2 && !maybe && !isListened(ipv6, port);
    }

    /** Listening sockets in the last dump that showed them. */
    int count() {
        return count;
    }
}
