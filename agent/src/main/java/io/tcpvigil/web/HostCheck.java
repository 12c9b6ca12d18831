// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.Nullable;
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

    private final boolean loopback;
    private final String boundTo;

    /** A check for a server bound to {@code address}; lets everything pass when that is not a loopback address. */
    HostCheck(InetAddress address) {
        String literal = address.getHostAddress();
        this.loopback = address.isLoopbackAddress();
        this.boundTo = literal.indexOf(':') >= 0 ? "[" + literal + "]" : literal;
    }

    /** Whether a request with these {@code Host} fields (null: none) may be answered. */
    boolean accepts(@Nullable List<String> hosts) {
        if (!loopback) {
            return true;
        }
        if (hosts == null || hosts.size() != 1) {
            return false;
        }
        String name = withoutPort(hosts.get(0).trim()).toLowerCase(Locale.ROOT);
        return LOOPBACK_NAMES.contains(name) || name.equals(boundTo);
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
