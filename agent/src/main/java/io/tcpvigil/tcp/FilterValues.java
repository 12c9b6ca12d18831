// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

import io.tcpvigil.tcp.SocketFilter.Family;
import io.tcpvigil.tcp.SocketFilter.Ports;
import io.tcpvigil.tcp.SocketFilter.States;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** Reads what stands behind the {@code =} of a filter term; each error is one line that says what is allowed. */
final class FilterValues {
    private FilterValues() {}

    /** The values between commas, none of them empty. */
    static List<String> split(String term, String values) {
        List<String> list = new ArrayList<>();
        int at = 0;
        while (at <= values.length()) {
            int comma = values.indexOf(',', at);
            int end = comma < 0 ? values.length() : comma;
            if (end == at) {
                throw wrong(term, "a value is missing beside a comma");
            }
            list.add(values.substring(at, end));
            at = end + 1;
        }
        return list;
    }

    static States states(String term, boolean negated, List<String> names) {
        EnumSet<TcpState> states = EnumSet.noneOf(TcpState.class);
        boolean bound = false;
        for (String name : names) {
            TcpState state = TcpState.parse(name);
            if (name.equalsIgnoreCase("bound")) {
                bound = true;
            } else if (state == null) {
                throw wrong(
                        term,
                        "no state '" + name + "'; states are listen, syn_sent, syn_received, established,"
                                + " fin_wait_1, fin_wait_2, close_wait, closing, last_ack, time_wait, bound");
            } else if (state == TcpState.CLOSED) {
                throw wrong(term, "the kernel lists no closed sockets; 'bound' are those that hold only a port");
            } else {
                states.add(state);
            }
        }
        return new States(negated, states, bound);
    }

    static List<Ports.Range> ranges(String term, List<String> texts) {
        List<Ports.Range> ranges = new ArrayList<>();
        for (String text : texts) {
            int dash = text.indexOf('-');
            long low = number(dash < 0 ? text : text.substring(0, dash));
            long high = dash < 0 ? low : number(text.substring(dash + 1));
            if (low < 0 || high > 65535 || low > high) {
                throw wrong(term, "a port is 0 to 65535, a range low-high");
            }
            ranges.add(new Ports.Range((int) low, (int) high));
        }
        return ranges;
    }

    static List<Network> networks(String term, List<String> texts) {
        List<Network> networks = new ArrayList<>();
        for (String text : texts) {
            Network network = Network.parse(text);
            if (network == null) {
                throw wrong(term, "'" + text + "' is no address and no network such as 10.0.0.0/8 or 2001:db8::/32");
            }
            networks.add(network);
        }
        return networks;
    }

    static List<Long> uids(String term, List<String> texts) {
        List<Long> uids = new ArrayList<>();
        for (String text : texts) {
            long uid = number(text);
            if (uid < 0 || uid > 0xFFFF_FFFFL) {
                throw wrong(term, "a uid is a number; see 'id -u NAME'");
            }
            uids.add(uid);
        }
        return uids;
    }

    static Family family(String term, boolean negated, String value) {
        return switch (value) {
            case "4", "ipv4", "inet" -> new Family(negated, false);
            case "6", "ipv6", "inet6" -> new Family(negated, true);
            default -> throw wrong(term, "a family is 4 or 6");
        };
    }

    static long millis(String term, String text) {
        long millis = Span.parseMillis(text);
        if (millis < 0) {
            throw wrong(term, Span.ALLOWED);
        }
        return millis;
    }

    /** A number of up to 10 digits, or -1. */
    static long number(String text) {
        if (text.isEmpty() || text.length() > 10) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private static IllegalArgumentException wrong(String term, String why) {
        return new IllegalArgumentException("filter '" + term + "': " + why);
    }
}
