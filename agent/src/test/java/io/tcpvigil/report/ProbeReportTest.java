// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProbeReportTest {
    private static List<String> gaps(long sockets, long ports) {
        return new ProbeReport(null, ProbeReport.Scope.NAMESPACE, Map.of(), 0, 0, List.of(), 0, sockets, ports).gaps();
    }

    @Test
    void namesWhatThereWasNoRoomFor() {
        assertEquals(List.of(), gaps(0, 0));
        assertTrue(
                gaps(1, 0).get(0).startsWith("the probe had no room for all sockets: "),
                gaps(1, 0).toString());
        assertTrue(
                gaps(0, 1).get(0).startsWith("the probe had no room for all ports: "),
                gaps(0, 1).toString());
        assertEquals(2, gaps(1, 1).size());
    }

    /** A daemon writes its problems down when they change. */
    @Test
    void saysTheSameWhileItGoesOn() {
        assertEquals(gaps(1, 1), gaps(100, 100));
    }
}
