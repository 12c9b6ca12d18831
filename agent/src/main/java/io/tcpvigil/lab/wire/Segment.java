// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.wire;

import io.tcpvigil.tcp.Endpoint;
import java.util.Set;

/**
 * One TCP segment with the ends it travels between. What the data says is of no interest here, only how much it is.
 *
 * @param source where it comes from
 * @param destination where it goes; of the same family
 * @param sequence SEG.SEQ, unsigned 32 bits
 * @param acknowledgment SEG.ACK, unsigned 32 bits; meaningless without {@link Flag#ACK}
 * @param flags control bits
 * @param window the window field as it is on the wire, 0 to 65535, not scaled
 * @param options options
 * @param length bytes of data
 */
public record Segment(
        Endpoint source,
        Endpoint destination,
        int sequence,
        int acknowledgment,
        Set<Flag> flags,
        int window,
        TcpOptions options,
        int length) {
    public Segment {
        flags = Set.copyOf(flags);
    }

    public boolean has(Flag flag) {
        return flags.contains(flag);
    }

    /** SEG.LEN of RFC 9293: the data, and one each for SYN and FIN. */
    public int sequenceLength() {
        return length + (has(Flag.SYN) ? 1 : 0) + (has(Flag.FIN) ? 1 : 0);
    }

    /** The sequence number that follows this segment. */
    public int next() {
        return sequence + sequenceLength();
    }
}
