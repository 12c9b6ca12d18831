// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.web.http.Request;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Keeps pages of other sites from reading a server that only listens on loopback. Such a page cannot speak to another
 * origin, but it can have the name of its own host resolved to 127.0.0.1 the second time (DNS rebinding); the browser
 * then still sends that name in {@code Host}.
 */
final class HostCheck {
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    private HostCheck() {}

    /** Whether a request may be answered; always, if it was not sent to a loopback address. */
    static boolean accepts(Request request) {
        return accepts(request.server().getAddress(), request.all("host"));
    }

    /** @param hosts the {@code Host} fields of a request to a server that listens on {@code bound} */
    static boolean accepts(InetAddress bound, List<String> hosts) {
        if (!bound.isLoopbackAddress()) {
            return true;
        }
        if (hosts.size() != 1) {
            return false;
        }
        String name = withoutPort(hosts.get(0).trim()).toLowerCase(Locale.ROOT);
        String literal = bound.getHostAddress();
        return LOOPBACK_NAMES.contains(name) || name.equals(literal.indexOf(':') >= 0 ? "[" + literal + "]" : literal);
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        if (colon <= host.lastIndexOf(']')) {
            return host;
        }
        for (int i = colon + 1; i < host.length(); i++) {
            if (host.charAt(i) < '0' || host.charAt(i) > '9') {
                return host;
            }
        }
        return host.substring(0, colon);
    }
}
