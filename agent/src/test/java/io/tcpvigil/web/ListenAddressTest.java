// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:9794, 127.0.0.1, 9794",
        "[::1]:80, 0:0:0:0:0:0:0:1, 80",
        ":0, 0.0.0.0, 0",
        "localhost:65535, 127.0.0.1, 65535",
    })
    void readsHostAndPort(String text, String host, int port) throws UnknownHostException {
        assertTrue(ListenAddress.isWellFormed(text));
        assertEquals(host, ListenAddress.resolve(text).getAddress().getHostAddress());
        assertEquals(port, ListenAddress.resolve(text).getPort());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "9794",
                "localhost",
                "host:",
                "host:x",
                "host:65536",
                "::1:80",
                "[::1]",
                "a b:1",
                "http://a:1"
            })
    void refusesWhatIsNone(String text) {
        assertFalse(ListenAddress.isWellFormed(text));
    }

    @Test
    void findsNoHostThatThereIsNot() {
        assertThrows(UnknownHostException.class, () -> ListenAddress.resolve("[::x]:1"));
    }
}
