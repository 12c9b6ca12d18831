// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.SocketTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who holds the sockets of the table that is looked at. Asked on the thread that looks, and only while it does. */
public interface Holders {
    /** Nobody is known to. */
    int UNKNOWN = -1;

    /** Descriptors of a process: how many are open, and how many may be. */
    record Descriptors(long open, long limit) {
        public double share() {
            return (double) open / limit;
        }
    }

    /** The number that stands for the holders of a row; {@link #UNKNOWN} when they are not known. */
    int of(SocketTable table, int row);

    /** The processes that a number stands for. */
    List<Holder> processes(int number);

    /** The descriptors of a process; empty when not known. Costs a listing. */
    Optional<Descriptors> descriptors(Holder holder);

    /** The processes with most sockets, a bounded number. */
    List<Holder> busiest();

    /**
     * The processes of the network namespace that hold sockets of connections that are over, which no dump shows, and how many;
     * empty when that is not known (yet). Costs a visit to the processes with many descriptors: asked only with a reason.
     *
     * @param atLeast those with fewer are left out
     */
    Optional<Map<Holder, Integer>> hidden(SocketTable table, int atLeast);

    /** Why holders may be missing; empty when none is. */
    String gaps();

    /** Nobody asked. */
    Holders NONE = new Holders() {
        @Override
        public int of(SocketTable table, int row) {
            return UNKNOWN;
        }

        @Override
        public List<Holder> processes(int number) {
            return List.of();
        }

        @Override
        public Optional<Descriptors> descriptors(Holder holder) {
            return Optional.empty();
        }

        @Override
        public List<Holder> busiest() {
            return List.of();
        }

        @Override
        public Optional<Map<Holder, Integer>> hidden(SocketTable table, int atLeast) {
            return Optional.empty();
        }

        @Override
        public String gaps() {
            return "processes are not looked at";
        }
    };
}
