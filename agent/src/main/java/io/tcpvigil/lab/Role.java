// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

/** Which part the kernel plays; the scripted peer plays the other. */
public enum Role {
    /** The kernel opens actively. */
    CLIENT("client"),
    /** The kernel opens passively. */
    SERVER("server");

    private final String label;

    Role(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
