// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.export.MetricsSettings.Addresses;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsSettingsTest {
    private static String refusal(Runnable maker) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, maker::run).getMessage());
    }

    private static MetricsSettings with(int most, int prefix, PortGroup... groups) {
        return new MetricsSettings(most, 1, 1, 1, Addresses.PREFIX, prefix, 48, List.of(groups));
    }

    @Test
    void saysWhichNumberIsOutOfItsRange() {
        assertEquals("ports: 101, allowed are 0 to 100", refusal(() -> with(101, 24)));
        assertEquals("IPv4 prefix length: 33, allowed are 0 to 32", refusal(() -> with(1, 33)));
        assertEquals("ports: -1, allowed are 0 to 100", refusal(() -> with(-1, 24)));
    }

    @Test
    void readsPortsAndRanges() {
        PortGroup web = PortGroup.parse("web", "80, 443,8000-8100");
        assertTrue(web.contains(80) && web.contains(443) && web.contains(8000) && web.contains(8100));
        assertFalse(web.contains(81) || web.contains(7999) || web.contains(8101));
        assertEquals(web, PortGroup.parse("web", "443,80,8000-8050,8051-8100"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "65536", "80-", "-80", "90-80", "http", "80,,443", "1-2-3", "99999"})
    void refusesWhatIsNoPort(String ports) {
        String message = refusal(() -> PortGroup.parse("web", ports));
        assertTrue(message.startsWith("group of ports web: '"), message);
        assertTrue(message.endsWith("write ports and ranges from 1 to 65535, such as 80,443,8000-8100"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "other", "80", "a b", "a\nb", "a\"b", "_a"})
    void refusesNamesThatArePortsOrOurs(String name) {
        assertTrue(refusal(() -> PortGroup.parse(name, "80")).contains("its name must be a letter"));
    }

    @Test
    void refusesAPortInTwoGroupsAndAGroupTwice() {
        PortGroup web = PortGroup.parse("web", "80,443");
        assertEquals(
                "port 443 is in the groups web and tls",
                refusal(() -> with(1, 24, web, PortGroup.parse("tls", "443,993"))));
        assertEquals(
                "two groups of ports are called web", refusal(() -> with(1, 24, web, PortGroup.parse("web", "81"))));
    }
}
