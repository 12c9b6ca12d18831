// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.Nullable;

/**
 * A process that holds sockets.
 *
 * @param unit the systemd unit or container that it runs in; null when not known
 */
public record Holder(int pid, String name, @Nullable String unit) {
    /** {@code name/pid}. */
    public String label() {
        return name + "/" + pid;
    }

    /** Whether it runs in a service or a container; not so in a login session, where programs have nothing in common. */
    boolean isInService() {
        return unit != null && !unit.endsWith(".scope") && !unit.endsWith(".slice");
    }

    /** Whether the user means it by this name or pid. */
    public boolean is(String nameOrPid) {
        return name.equals(nameOrPid) || Integer.toString(pid).equals(nameOrPid);
    }
}
