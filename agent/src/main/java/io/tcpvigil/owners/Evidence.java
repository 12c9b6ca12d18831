// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import java.util.Locale;

/** How it is known who owns a socket. */
public enum Evidence {
    /** A descriptor of the process was seen to be this socket. */
    HELD,
    /** No process holds it any more; this one was last seen to. */
    LAST_SEEN,
    /** It waits to be accepted: the listener's owner will get it. */
    LISTENER,
    /** A process holds it, but none that could be read does. */
    HIDDEN,
    /** No process holds it, and none was ever seen to. */
    NONE;

    /** The name for machines. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
