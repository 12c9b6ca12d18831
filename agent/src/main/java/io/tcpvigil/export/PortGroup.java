// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.tcpvigil.text.PlainText;
import java.util.BitSet;

/** Local ports that are counted together, under a name that the user gave them. Immutable. */
public final class PortGroup {
    private static final int PORTS = 65_536;

    private final String name;
    private final BitSet ports;

    private PortGroup(String name, BitSet ports) {
        this.name = name;
        this.ports = ports;
    }

    /**
     * A group.
     *
     * @param name a letter, then letters, digits, {@code _}, {@code -} and {@code .}; at most 40, and not {@code other}
     * @param ports single ports and ranges, such as {@code 80,443,8000-8100}
     * @throws IllegalArgumentException when one of them is not so; the message says what is allowed, in one line
     */
    public static PortGroup parse(String name, String ports) {
        if (!name.matches("[A-Za-z][A-Za-z0-9_.-]{0,39}") || name.equals(Labels.OTHER)) {
            throw new IllegalArgumentException("group of ports " + PlainText.oneLine(name, 50)
                    + ": its name must be a letter, then letters, digits, _, - and ., at most 40, and not "
                    + Labels.OTHER);
        }
        BitSet set = new BitSet();
        for (String part : ports.split(",", -1)) {
            String[] ends = part.strip().split("-", 2);
            int low = port(ends[0]);
            int high = port(ends[ends.length - 1]);
            if (low < 1 || high < low) {
                throw new IllegalArgumentException("group of ports " + name + ": '" + PlainText.oneLine(part, 50)
                        + "' is no port; write ports and ranges from 1 to 65535, such as 80,443,8000-8100");
            }
            set.set(low, high + 1);
        }
        return new PortGroup(name, set);
    }

    private static int port(String digits) {
        return digits.matches("[0-9]{1,5}") && Integer.parseInt(digits) < PORTS ? Integer.parseInt(digits) : -1;
    }

    public String name() {
        return name;
    }

    /** Its ports as they are written, in order, such as {@code 80,443,8000-8100}. */
    public String ports() {
        StringBuilder text = new StringBuilder();
        for (int low = ports.nextSetBit(0); low >= 0; low = ports.nextSetBit(ports.nextClearBit(low))) {
            int high = ports.nextClearBit(low) - 1;
            text.append(text.length() == 0 ? "" : ",").append(low).append(high > low ? "-" + high : "");
        }
        return text.toString();
    }

    public boolean contains(int port) {
        return ports.get(port);
    }

    /** The lowest port that both have; -1 when there is none. */
    int firstShared(PortGroup other) {
        BitSet shared = (BitSet) ports.clone();
        shared.and(other.ports);
        return shared.nextSetBit(0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PortGroup that && name.equals(that.name) && ports.equals(that.ports);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + ports.hashCode();
    }

    @Override
    public String toString() {
        return name + "=" + ports;
    }
}
