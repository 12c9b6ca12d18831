// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

/** Where a transition happened. The order is the one in which the program numbers them. */
public enum Where {
    /** In the network namespace that is watched. */
    WATCHED,
    /** In another network namespace of this host. */
    ELSEWHERE,
    /** The kernel gives no way to tell: see {@link TransitionProbe#scope}. */
    UNTOLD
}
