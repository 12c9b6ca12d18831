// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import java.util.Locale;

/** The three ranges of RFC 6335 section 6. */
public enum PortClass {
    /** 0 to 1023. */
    SYSTEM,
    /** 1024 to 49151. */
    USER,
    /** 49152 to 65535; Linux by default chooses from a range of its own, 32768 to 60999. */
    DYNAMIC;

    public static PortClass of(int port) {
        return port < 1024 ? SYSTEM : port < 49152 ? USER : DYNAMIC;
    }

    /** The name for machines. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
