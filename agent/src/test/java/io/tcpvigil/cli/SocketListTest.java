// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.lifecycle.ConnectionTracker;
import io.tcpvigil.lifecycle.Sample;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SocketListTest {
    private static final long SECOND = 1_000_000_000L;

    private final SocketTable table = new SocketTable();

    private void add(TcpState state, int remotePort) {
        table.begin(state, SocketKind.FULL);
        table.putIpv4(0xC000_0201, 443, remotePort == 0 ? 0 : 0xC633_6407, remotePort);
        table.putCookie(remotePort + 1);
        table.commit();
    }

    /** An exact time and a lower bound are told apart; a listener has neither. */
    @Test
    void marksAgesThatAreLowerBounds() {
        ConnectionTracker tracker = new ConnectionTracker(1);
        table.coverage(Coverage.complete());
        add(TcpState.LISTEN, 0);
        add(TcpState.ESTABLISHED, 50_001);
        tracker.update(table, Sample.full(SECOND, SECOND));
        add(TcpState.ESTABLISHED, 50_002);
        tracker.update(table, Sample.full(2 * SECOND, SECOND));
        tracker.update(table, Sample.full(4 * SECOND, 2 * SECOND));

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            new SocketList(table, null, tracker.connections()).print(new Terminal(out, Terminal.UNLIMITED, false));
        }
        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(4, lines.size());
        assertTrue(lines.get(0).contains("  IN STATE  AGE  "), lines.get(0));
        assertTrue(lines.get(1).matches("LISTEN .* - +- +- +\\S+ +-"), lines.get(1));
        assertTrue(lines.get(2).matches("ESTABLISHED .* - +>3s +>3s +\\S+ +-"), lines.get(2));
        assertTrue(lines.get(3).matches("ESTABLISHED .* - +2s +2s +\\S+ +-"), lines.get(3));
    }
}
