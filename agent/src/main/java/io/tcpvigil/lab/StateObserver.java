// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** One way to see what the kernel shows of its sockets. Made and used in the thread of the lab's namespace. */
public interface StateObserver extends AutoCloseable {
    /** What it reads, such as {@code netlink}. */
    String name();

    /** Every socket of the namespace, bound ones that are in no state left out; fails when they could not all be read. */
    List<Observed> sockets() throws IOException;

    /** How many sockets are in each state; states without a socket may be missing. */
    Map<TcpState, Integer> counts() throws IOException;

    @Override
    void close();

    /** Opens the observers whose readings must agree. Called in the namespace's thread. */
    interface Opener {
        List<StateObserver> open();
    }
}
