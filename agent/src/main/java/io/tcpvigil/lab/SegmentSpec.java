// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.Nullable;
import io.tcpvigil.lab.wire.Flag;
import java.util.Set;

/**
 * A segment as a script writes it: numbers relative to the first sequence number of the side that counts them.
 *
 * @param flags control bits
 * @param sequence SEG.SEQ; null for the next one in order
 * @param acknowledgment SEG.ACK; null for everything that has been received
 * @param length bytes of data
 */
record SegmentSpec(
        Set<Flag> flags,
        @Nullable Integer sequence,
        @Nullable Integer acknowledgment,
        int length) {
    static SegmentSpec of(Flag... flags) {
        return new SegmentSpec(Set.of(flags), null, null, 0);
    }

    SegmentSpec withSequence(int relative) {
        return new SegmentSpec(flags, relative, acknowledgment, length);
    }

    SegmentSpec withAcknowledgment(int relative) {
        return new SegmentSpec(flags, sequence, relative, length);
    }

    SegmentSpec withLength(int bytes) {
        return new SegmentSpec(flags, sequence, acknowledgment, bytes);
    }
}
