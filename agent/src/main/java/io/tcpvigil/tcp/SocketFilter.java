// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

import io.tcpvigil.Nullable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which sockets a user wants: terms that must all hold, each {@code key=value,value}, where one of the values must fit.
 *
 * <pre>
 * state=close_wait port=443 peer=10.0.0.0/8 process=nginx uid=33 age&gt;60s
 * </pre>
 *
 * <p>{@code !=} turns a term round. Immutable. What a row does not tell (a process nobody looked up, an age nobody
 * knows) fits neither a term nor its opposite.
 */
public final class SocketFilter {
    /** Fits every socket. */
    public static final SocketFilter ALL = new SocketFilter(List.of(), "");

    /** One condition. */
    public sealed interface Term permits States, Ports, Addresses, Processes, Uids, Family, MinimumAge {}

    /** One of these states; {@code bound} for bound sockets that are in no state. */
    public record States(boolean negated, Set<TcpState> states, boolean bound) implements Term {}

    /** Which end a term speaks of. */
    public enum Side {
        LOCAL,
        REMOTE,
        EITHER
    }

    /** One of these port ranges. */
    public record Ports(boolean negated, Side side, List<Range> ranges) implements Term {
        /** From {@code low} to {@code high}, both in it. */
        public record Range(int low, int high) {}
    }

    /** One of these networks; {@code side} is never {@link Side#EITHER}. */
    public record Addresses(boolean negated, Side side, List<Network> networks) implements Term {}

    /** One of these process names or pids. */
    public record Processes(boolean negated, List<String> names) implements Term {}

    /** One of these user ids. */
    public record Uids(boolean negated, List<Long> uids) implements Term {}

    /** The socket family. */
    public record Family(boolean negated, boolean ipv6) implements Term {}

    /** At least this long in its state. */
    public record MinimumAge(long millis) implements Term {}

    /** Who holds a socket, for {@code process=}. */
    public interface ProcessLookup {
        /** Whether the socket is a process's of this name or pid; null when it is not known whose it is. */
        @Nullable
        Boolean holds(SocketTable table, int row, String nameOrPid);
    }

    /** For filters without {@code process=}. */
    public static final ProcessLookup NO_PROCESSES = (table, row, name) -> null;

    private final List<Term> terms;
    private final String text;

    private SocketFilter(List<Term> terms, String text) {
        this.terms = List.copyOf(terms);
        this.text = text;
    }

    public List<Term> terms() {
        return terms;
    }

    /** Whether a term needs to know who holds a socket. */
    public boolean needsProcesses() {
        return has(Processes.class);
    }

    /** Whether a term needs the time in a state, and with it {@link SocketTable#lastAckReceivedMillis(int)}. */
    public boolean needsAge() {
        return has(MinimumAge.class);
    }

    private boolean has(Class<? extends Term> kind) {
        for (Term term : terms) {
            if (kind.isInstance(term)) {
                return true;
            }
        }
        return false;
    }

    /** The states that can pass, as far as the terms on states say. */
    public Set<TcpState> possibleStates() {
        EnumSet<TcpState> possible = EnumSet.allOf(TcpState.class);
        for (Term term : terms) {
            if (term instanceof States states) {
                if (states.negated) {
                    possible.removeAll(states.states);
                } else {
                    possible.retainAll(states.states);
                }
            }
        }
        return Collections.unmodifiableSet(possible);
    }

    /** Whether bound sockets that are in no state can pass, as far as the terms on states say. */
    public boolean canPassBound() {
        for (Term term : terms) {
            if (term instanceof States states && states.bound == states.negated) {
                return false;
            }
        }
        return true;
    }

    /** Whether a term asks for bound sockets by name. */
    public boolean asksForBound() {
        for (Term term : terms) {
            if (term instanceof States states && states.bound && !states.negated) {
                return true;
            }
        }
        return false;
    }

    /** The words as they were typed. */
    @Override
    public String toString() {
        return text;
    }

    /** Whether the row fits all terms. */
    public boolean matches(SocketTable table, int row, ProcessLookup processes) {
        for (Term term : terms) {
            if (!matches(term, table, row, processes)) {
                return false;
            }
        }
        return true;
    }

    private static boolean matches(Term term, SocketTable table, int row, ProcessLookup processes) {
        if (term instanceof States states) {
            boolean in = table.kind(row) == SocketKind.BOUND ? states.bound : states.states.contains(table.state(row));
            return in != states.negated;
        }
        if (term instanceof Ports ports) {
            boolean in = (ports.side != Side.REMOTE && inRange(ports.ranges, table.localPort(row)))
                    || (ports.side != Side.LOCAL && inRange(ports.ranges, table.remotePort(row)));
            return in != ports.negated;
        }
        if (term instanceof Addresses addresses) {
            boolean local = addresses.side == Side.LOCAL;
            long high = local ? table.localHigh(row) : table.remoteHigh(row);
            long low = local ? table.localLow(row) : table.remoteLow(row);
            boolean in = false;
            for (Network network : addresses.networks) {
                in |= network.contains(table.isIpv6(row), high, low);
            }
            return in != addresses.negated;
        }
        if (term instanceof Uids uids) {
            // Request sockets and mini-sockets show uid 0 whoever owns them.
            SocketKind kind = table.kind(row);
            boolean known = kind == SocketKind.FULL || kind == SocketKind.BOUND || table.uid(row) > 0;
            return known && uids.uids.contains(table.uid(row)) != uids.negated;
        }
        if (term instanceof Family family) {
            return (table.isIpv6(row) == family.ipv6) != family.negated;
        }
        if (term instanceof MinimumAge age) {
            return StateAge.atLeastMillis(table, row) >= age.millis;
        }
        return heldBy((Processes) term, table, row, processes);
    }

    private static boolean heldBy(Processes term, SocketTable table, int row, ProcessLookup processes) {
        for (String name : term.names) {
            Boolean holds = processes.holds(table, row, name);
            if (holds == null) {
                return false;
            }
            if (holds) {
                return !term.negated;
            }
        }
        return term.negated;
    }

    private static boolean inRange(List<Ports.Range> ranges, int port) {
        for (Ports.Range range : ranges) {
            if (port >= range.low && port <= range.high) {
                return true;
            }
        }
        return false;
    }

    /**
     * Reads the terms that a user typed, one a string or several in one, joined by blanks.
     *
     * @throws IllegalArgumentException with one line that says what is wrong and what is allowed
     */
    public static SocketFilter parse(List<String> words) {
        List<Term> terms = new ArrayList<>();
        for (String word : words) {
            for (int at = 0; at < word.length(); ) {
                int blank = word.indexOf(' ', at);
                int end = blank < 0 ? word.length() : blank;
                if (end > at) {
                    terms.add(parseTerm(word.substring(at, end)));
                }
                at = end + 1;
            }
        }
        return terms.isEmpty()
                ? ALL
                : new SocketFilter(terms, String.join(" ", words).trim());
    }

    private static Term parseTerm(String term) {
        int key = 0;
        while (key < term.length() && Character.isLetter(term.charAt(key))) {
            key++;
        }
        int value = key;
        while (value < term.length() && "=!<>".indexOf(term.charAt(value)) >= 0) {
            value++;
        }
        String name = term.substring(0, key).toLowerCase(Locale.ROOT);
        String operator = term.substring(key, value);
        String values = term.substring(value);
        if (name.isEmpty() || operator.isEmpty() || values.isEmpty()) {
            throw new IllegalArgumentException("filter '" + term + "': expected KEY=VALUE, such as state=close_wait");
        }
        if (name.equals("age")) {
            if (!operator.equals(">") && !operator.equals(">=")) {
                throw new IllegalArgumentException(
                        "filter '" + term + "': one look knows only how old a state is at least; write age>60s");
            }
            return new MinimumAge(FilterValues.millis(term, values));
        }
        boolean negated = operator.equals("!=");
        if (!negated && !operator.equals("=")) {
            throw new IllegalArgumentException("filter '" + term + "': only = and != fit " + name);
        }
        List<String> list = FilterValues.split(term, values);
        return switch (name) {
            case "state" -> FilterValues.states(term, negated, list);
            case "port" -> new Ports(negated, Side.EITHER, FilterValues.ranges(term, list));
            case "lport" -> new Ports(negated, Side.LOCAL, FilterValues.ranges(term, list));
            case "rport" -> new Ports(negated, Side.REMOTE, FilterValues.ranges(term, list));
            case "peer" -> new Addresses(negated, Side.REMOTE, FilterValues.networks(term, list));
            case "local" -> new Addresses(negated, Side.LOCAL, FilterValues.networks(term, list));
            case "process" -> new Processes(negated, list);
            case "uid" -> new Uids(negated, FilterValues.uids(term, list));
            case "family" -> FilterValues.family(term, negated, values);
            default ->
                throw new IllegalArgumentException("filter '" + term + "': no key '" + name
                        + "'; keys are state, port, lport, rport, peer, local, process, uid, family, age");
        };
    }
}
