// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.follow;

import io.tcpvigil.report.StateChange;
import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;

/**
 * Holds transitions against a filter for sockets. {@code state=} fits when the socket leaves or enters that state,
 * {@code state!=} when it does neither.
 */
public final class ChangeFilter {
    /** Of a socket with a file: its number does not matter, only that there is one. */
    private static final int SOME_INODE = 1;

    private final SocketFilter filter;
    private final boolean both;
    private final SocketTable scratch = new SocketTable();

    /** @param filter one that {@link #refuse} has nothing against */
    public ChangeFilter(SocketFilter filter) {
        this.filter = filter;
        boolean negated = false;
        for (SocketFilter.Term term : filter.terms()) {
            negated |= term instanceof SocketFilter.States states && states.negated();
        }
        this.both = negated;
    }

    /** What a transition does not tell; empty when {@code filter} asks for nothing of that. */
    public static String refuse(SocketFilter filter) {
        for (SocketFilter.Term term : filter.terms()) {
            if (term instanceof SocketFilter.Uids) {
                return "uid= does not go with follow: a transition does not tell the user";
            }
            if (term instanceof SocketFilter.MinimumAge) {
                return "age> does not go with follow: it tells transitions, not states";
            }
            if (term instanceof SocketFilter.States states && states.bound()) {
                return "state=bound does not go with follow: binding is no transition";
            }
        }
        return "";
    }

    /** Whether it is to be told. */
    public boolean fits(StateChange change, SocketFilter.ProcessLookup holder) {
        if (filter == SocketFilter.ALL) {
            return true;
        }
        scratch.clear();
        append(change, change.from());
        append(change, change.to());
        boolean left = filter.matches(scratch, 0, holder);
        boolean entered = filter.matches(scratch, 1, holder);
        return both ? left && entered : left || entered;
    }

    private void append(StateChange change, TcpState state) {
        IpAddress local = change.local().address();
        IpAddress remote = change.remote().address();
        scratch.begin(state, SocketKind.FULL);
        if (change.ipv6()) {
            scratch.putIpv6(
                    local.high(),
                    local.low(),
                    change.local().port(),
                    remote.high(),
                    remote.low(),
                    change.remote().port());
        } else {
            scratch.putIpv4(
                    (int) local.low(),
                    change.local().port(),
                    (int) remote.low(),
                    change.remote().port());
        }
        scratch.putOwner(SocketTable.UNKNOWN, SOME_INODE);
        scratch.commit();
    }
}
