// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.follow;

import io.tcpvigil.Nullable;
import io.tcpvigil.report.StateChange;
import io.tcpvigil.tcp.SocketFilter;
import java.io.IOException;

/** Where the transitions that {@code follow} tells come from. One thread. */
public interface TransitionFeed extends AutoCloseable {
    /** What nobody can know. */
    long UNKNOWN = -1;

    /** Takes transitions. */
    interface Taker {
        /**
         * Called for each.
         *
         * @param holder who holds the socket, as far as it is known
         * @return false to get no more of them for now
         */
        boolean take(StateChange change, SocketFilter.ProcessLookup holder) throws IOException;
    }

    /** {@code probe} or {@code sampling}. */
    String name();

    /** Where it comes from and what that means, in a line for people. */
    String header();

    /** Why it is not the better one; null when it is. */
    @Nullable
    String reason();

    /** The inode of the namespace whose transitions these are; null when it is the whole host. */
    @Nullable
    Long namespace();

    /** Waits for transitions, not longer than this, and hands over what is there. */
    void next(int timeoutMillis, Taker taker) throws IOException, InterruptedException;

    /** Watches no longer, and hands over what happened before and was not told yet. */
    void end(Taker taker) throws IOException;

    /** How many transitions happened and were not told; {@link #UNKNOWN} when nobody can know. */
    long lost() throws IOException;

    /** How many sockets have no times because too many were to be remembered; {@link #UNKNOWN} when nobody can know. */
    long unremembered() throws IOException;

    @Override
    void close();
}
