// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HostCheckTest {
    private static InetAddress bound(int... address) throws UnknownHostException {
        byte[] bytes = new byte[address.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) address[i];
        }
        return InetAddress.getByAddress(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LocalHost:9794",
                "127.0.0.1",
                "127.0.0.1:1",
                "[::1]",
                "[::1]:65535",
                " localhost:9794 ",
                "localhost:"
            })
    void acceptsNamesOfLoopback(String host) throws UnknownHostException {
        assertTrue(HostCheck.accepts(bound(127, 0, 0, 1), List.of(host)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "evil.example",
                "evil.example:9794",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "localhost:80@evil.example",
                "localhost:evil",
                "127.0.0.2",
                "[::1]evil",
                "::1",
                "[::1"
            })
    void refusesAllOthers(String host) throws UnknownHostException {
        assertEquals(false, HostCheck.accepts(bound(127, 0, 0, 1), List.of(host)));
    }

    @Test
    void refusesNoneAndSeveral() throws UnknownHostException {
        assertEquals(false, HostCheck.accepts(bound(127, 0, 0, 1), List.of()));
        assertEquals(false, HostCheck.accepts(bound(127, 0, 0, 1), List.of("localhost", "evil.example")));
    }

    @Test
    void acceptsTheAddressItIsBoundTo() throws UnknownHostException {
        assertTrue(HostCheck.accepts(bound(127, 0, 0, 2), List.of("127.0.0.2:9794")));
    }

    @Test
    void acceptsAnyNameWhereNamesAreReal() throws UnknownHostException {
        assertTrue(HostCheck.accepts(bound(192, 0, 2, 1), List.of("web-1.example:9794")));
        assertTrue(HostCheck.accepts(bound(0, 0, 0, 0), List.of()));
    }
}
