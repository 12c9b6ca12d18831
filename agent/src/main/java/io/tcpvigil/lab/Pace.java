// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import java.io.IOException;

/**
 * How fast a script goes. Nobody need know the script: whoever watches the kernel holds each state for as long as it takes to
 * see it. The kernel sees nothing of it but time, so that a state must not be held for longer than its timers let it stand.
 */
public interface Pace {
    /** As fast as the kernel. */
    Pace FULL_SPEED = () -> {};

    /**
     * Called before the first step and after each state that was as the script says; what comes next waits for the return.
     * It runs in the thread of the lab's namespace, and threads that it starts are in that namespace, too.
     */
    void hold() throws IOException, InterruptedException;
}
