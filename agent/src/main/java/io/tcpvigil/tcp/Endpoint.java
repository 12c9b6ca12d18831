// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

/**
 * One end of a connection.
 *
 * @param port 0 to 65535; 0 where there is none (the remote end of a listener)
 */
public record Endpoint(IpAddress address, int port) {
    /** As people write it: {@code 192.0.2.1:443}, {@code [2001:db8::1]:443}, with {@code *} for "any". */
    @Override
    public String toString() {
        String host = address.isAny() ? "*" : address.toString();
        String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return shown + ":" + (port == 0 ? "*" : Integer.toString(port));
    }
}
