// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1",
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "::, ::",
        "::1, ::1",
        "2001:db8::1, 2001:db8::1",
        "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
        "2001:db8:0:1:0:0:0:1, 2001:db8:0:1::1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "1:0:2:0:3:0:4:0, 1:0:2:0:3:0:4:0",
        "fe80::, fe80::",
        "::ffff:192.0.2.1, ::ffff:192.0.2.1",
        "::ffff:c000:201, ::ffff:192.0.2.1",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221"
    })
    void printsTheFormOfRfc5952(String text, String printed) {
        IpAddress address = IpAddress.parse(text);
        assertNotNull(address);
        assertEquals(printed, address.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.",
                ".1.2.3",
                "256.0.0.1",
                "1.2.3.4 ",
                "a.b.c.d",
                "1..2.3",
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "12345::",
                "g::",
                "::1.2.3",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::1:",
                "localhost"
            })
    void readsNothingElse(String text) {
        assertNull(IpAddress.parse(text));
    }

    @Test
    void agreesWithTheJdkOnRandomAddresses() throws Exception {
        SplittableRandom random = new SplittableRandom(20261120);
        for (int i = 0; i < 2000; i++) {
            // Many zeros, so that runs of them are met.
            long high = random.nextLong() & (random.nextBoolean() ? -1L : 0xFFFF_0000_0000_FFFFL);
            long low = random.nextLong() & (random.nextBoolean() ? -1L : 0xFFFFL);
            IpAddress address = new IpAddress(true, high, low);
            if (!address.isMapped()) {
                byte[] bytes =
                        ByteBuffer.allocate(16).putLong(high).putLong(low).array();
                assertEquals(
                        InetAddress.getByAddress(bytes), InetAddress.getByName(address.toString()), "seed 20261120");
                assertEquals(address, IpAddress.parse(address.toString()), "seed 20261120");
            }
        }
    }

    @Test
    void knowsTheIpv4AddressBehindAMappedOne() {
        IpAddress mapped = IpAddress.parse("::ffff:192.0.2.1");
        assertNotNull(mapped);
        assertEquals("192.0.2.1", mapped.onWire().toString());
        IpAddress plain = IpAddress.parse("2001:db8::1");
        assertNotNull(plain);
        assertEquals(plain, plain.onWire());
    }

    @Test
    void printsEndpointsWithAnyAsStar() {
        assertEquals("*:443", new Endpoint(IpAddress.ofIpv4(0), 443).toString());
        assertEquals("192.0.2.1:*", new Endpoint(IpAddress.ofIpv4(0xC0000201), 0).toString());
        assertEquals("[2001:db8::1]:80", new Endpoint(new IpAddress(true, 0x20010db8_00000000L, 1), 80).toString());
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.1.2, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.9.9.9/8, 10.0.0.1, true",
        "0.0.0.0/0, 203.0.113.9, true",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "10.0.0.0/8, ::ffff:10.1.1.1, true",
        "10.0.0.0/8, 2001:db8::1, false",
        "0.0.0.0/0, 2001:db8::1, false",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::1, false",
        "2001:db8::/65, 2001:db8::8000:0:0:0, false",
        "2001:db8::/65, 2001:db8::7fff:0:0:0, true",
        "::/0, 192.0.2.1, false",
        "::/0, ::1, true"
    })
    void networksHoldTheirAddresses(String network, String address, boolean held) {
        Network parsed = Network.parse(network);
        IpAddress candidate = IpAddress.parse(address);
        assertNotNull(parsed);
        assertNotNull(candidate);
        assertEquals(held, parsed.contains(candidate.ipv6(), candidate.high(), candidate.low()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/a", "::/129", "/8", "10/8", "::/1000"})
    void readsNoOtherNetworks(String text) {
        assertNull(Network.parse(text));
    }
}
