// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.wire;

import java.util.EnumSet;
import java.util.Set;

/** The control bits of RFC 9293 section 3.1, in the order in which its figures write them. */
public enum Flag {
    SYN(0x02),
    FIN(0x01),
    RST(0x04),
    URG(0x20),
    ECE(0x40),
    CWR(0x80),
    PSH(0x08),
    ACK(0x10);

    private static final Flag[] ALL = values();

    private final int bit;

    Flag(int bit) {
        this.bit = bit;
    }

    static int bits(Set<Flag> flags) {
        int bits = 0;
        for (Flag flag : flags) {
            bits |= flag.bit;
        }
        return bits;
    }

    static Set<Flag> ofBits(int bits) {
        EnumSet<Flag> flags = EnumSet.noneOf(Flag.class);
        for (Flag flag : ALL) {
            if ((bits & flag.bit) != 0) {
                flags.add(flag);
            }
        }
        return flags;
    }

    /** As the figures of RFC 9293 write them: {@code SYN,ACK}. */
    public static String text(Set<Flag> flags) {
        StringBuilder text = new StringBuilder();
        for (Flag flag : ALL) {
            if (flags.contains(flag)) {
                text.append(text.isEmpty() ? "" : ",").append(flag);
            }
        }
        return text.toString();
    }
}
