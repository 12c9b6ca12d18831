// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Whom to take for one client where each may have only so much. */
public final class ClientNetwork {
    private static final int IPV6_NETWORK_BYTES = 8;

    private ClientNetwork() {}

    /** The address; of an IPv6 client the first 64 bits, for the rest of its address it chooses itself. */
    public static ByteBuffer of(InetAddress client) {
        byte[] address = client.getAddress();
        return ByteBuffer.wrap(client instanceof Inet6Address ? Arrays.copyOf(address, IPV6_NETWORK_BYTES) : address);
    }
}
