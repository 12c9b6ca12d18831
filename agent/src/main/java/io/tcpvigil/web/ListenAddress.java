// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Where to listen, as users write it: {@code host:port}, {@code [v6]:port} or {@code :port}. */
public final class ListenAddress {
    private ListenAddress() {}

    /** Whether it can be read; whether there is such a host is another question. */
    public static boolean isWellFormed(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0 || !text.substring(colon + 1).matches("[0-9]{1,5}") || port(text) > 65_535) {
            return false;
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return bracketed || host.matches("[^\\s:/\\[\\]]*");
    }

    /**
     * The address to bind; that of all interfaces when no host is written.
     *
     * @param text well formed
     * @throws UnknownHostException when there is no such host
     */
    public static InetSocketAddress resolve(String text) throws UnknownHostException {
        String host = text.substring(0, text.lastIndexOf(':'));
        if (host.isEmpty()) {
            return new InetSocketAddress(port(text));
        }
        return new InetSocketAddress(InetAddress.getByName(host), port(text));
    }

    private static int port(String text) {
        return Integer.parseInt(text.substring(text.lastIndexOf(':') + 1));
    }
}
