// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.Nullable;
import io.tcpvigil.export.Samples;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.junit.jupiter.api.Test;

final class LandingPageTest {
    private static final String SCRIPT = "<script>alert('&\"')</script>";

    private @Nullable Report report = Samples.report();
    private long nanos = Samples.TAKEN_NANOS + 2_000_000_000L;
    private final LastSample sample = new LastSample(() -> report, () -> nanos, () -> 1_000_000_000L);
    private final LandingPage page = new LandingPage(sample, new Readiness(sample), "/metrics");

    private String html() throws IOException {
        StringWriter out = new StringWriter();
        page.write(out);
        return out.toString();
    }

    /** The text of the table row that begins with {@code heading}, cells separated by blanks. */
    private String row(String heading) throws IOException {
        String html = html();
        int start = html.indexOf(">" + heading + "</th>");
        assertTrue(start >= 0, heading + " is missing");
        String cells = html.substring(start + 1, html.indexOf("</tr>", start));
        return cells.replaceAll("<[^>]*>", " ").replaceAll(" +", " ").trim();
    }

    @Test
    void showsEveryStateByFamily() throws IOException {
        assertEquals("LISTEN 1 1 2", row("LISTEN"));
        assertEquals("SYN-SENT 0 0 0", row("SYN-SENT"));
        assertEquals("SYN-RECEIVED 1 0 1", row("SYN-RECEIVED"));
        assertEquals("ESTABLISHED 1 0 1", row("ESTABLISHED"));
        assertEquals("FIN-WAIT-1 1 0 1", row("FIN-WAIT-1"));
        assertEquals("FIN-WAIT-2 0 0 0", row("FIN-WAIT-2"));
        assertEquals("CLOSE-WAIT 0 1 1", row("CLOSE-WAIT"));
        assertEquals("CLOSING 0 0 0", row("CLOSING"));
        assertEquals("LAST-ACK 0 0 0", row("LAST-ACK"));
        assertEquals("TIME-WAIT 1 0 1", row("TIME-WAIT"));
        assertEquals("All states 5 2 7", row("All states"));
        assertEquals("Bound only 1 0 1", row("Bound only"));
        assertFalse(html().contains("CLOSED"));
    }

    @Test
    void countsNoBoundSocketsThatTheSourceDoesNotShow() throws IOException {
        report = Samples.report(Samples.table(), "no netlink", Samples.RANGE);
        assertEquals("Bound only unknown", row("Bound only"));
    }

    @Test
    void showsListeningPorts() throws IOException {
        assertEquals("443 https system 192.0.2.1 3 of 511 2", row("443"));
        assertEquals("8080 – user :: 0 of ? 0", row("8080"));
    }

    @Test
    void showsHowOldTheSampleIs() throws IOException {
        assertTrue(html().contains("Sampled 2 s ago"), html());
        assertTrue(html().contains("netlink in 4.2 ms"), html());
        assertFalse(html().contains("Stale"));
        nanos += 60_000_000_000L;
        assertTrue(html().contains("<strong>Stale</strong> the last sample is 62 s old"), html());
    }

    @Test
    void saysThatThereIsNothingYet() throws IOException {
        report = null;
        assertTrue(html().contains("no sample has been taken yet"), html());
        assertFalse(html().contains("<table"));
    }

    @Test
    void showsNoNumbersOfAFailedDump() throws IOException {
        report = Samples.failed("EPERM");
        assertTrue(html().contains("<strong>Failed</strong> the last sample failed: EPERM"), html());
        assertFalse(html().contains("<table"));
    }

    @Test
    void saysWhyTheNumbersAreLessThanTheTruth() throws IOException {
        SocketTable table = Samples.table();
        table.coverage(Coverage.partial("ENOBUFS"));
        report = Samples.report(table, "netlink is not permitted", null);
        assertTrue(html().contains("<strong>Partial</strong> some sockets are missing: ENOBUFS"), html());
        assertTrue(html().contains("<strong>Degraded</strong> the source is proc: netlink is not permitted"), html());
        assertTrue(html().contains("<strong>Unknown states</strong>"), html());
        assertTrue(html().contains("are not counted: 2 in number 14<"), html());
    }

    @Test
    void escapesWhateverComesFromOutside() throws IOException {
        Report plain = Samples.report(Samples.table(), SCRIPT, Samples.RANGE, port -> SCRIPT);
        report = new Report(
                plain.takenAt(),
                plain.takenNanos(),
                new Report.Host(SCRIPT, SCRIPT, 1),
                new Report.Source(SCRIPT, SCRIPT, 0, 0, 0, true),
                Coverage.partial(SCRIPT),
                plain.ipv4(),
                plain.ipv6(),
                plain.unknownStates(),
                plain.filter(),
                plain.problems(),
                plain.range(),
                plain.ports(),
                plain.services(),
                null,
                null);
        assertFalse(html().contains("<script"), html());
        assertFalse(html().contains("'&\""), html());
        assertTrue(html().contains("&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;"), html());
    }

    @Test
    void allowsItsOwnStyleAndNothingElse() throws IOException, NoSuchAlgorithmException {
        String html = html();
        String style = html.substring(html.indexOf("<style>") + 7, html.indexOf("</style>"));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
        String expected = "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        assertTrue(page.policy().startsWith("default-src 'none'; style-src " + expected + ";"), page.policy());
        assertFalse(html.contains("style="), "an attribute that the policy forbids");
        assertFalse(html.contains("http://"), "a resource from elsewhere");
        assertFalse(html.contains("https://"), "a resource from elsewhere");
    }

    @Test
    void showsEachAddressOfAPortOnce() throws IOException {
        SocketTable table = new SocketTable();
        for (int address : new int[] {1, 1, 2, 1, 3, 4, 5, 6}) {
            table.begin(TcpState.LISTEN, SocketKind.FULL);
            table.putIpv4(address, 80, 0, 0);
            table.putQueues(1, 10);
            table.putOwner(0, table.rows() + 1);
            table.commit();
        }
        table.coverage(Coverage.complete());
        report = Samples.report(table, null, Samples.RANGE);
        assertEquals("80 – system 0.0.0.1 0.0.0.2 0.0.0.3 0.0.0.4 +2 8 of 80 0", row("80"));
    }

    @Test
    void boundsTheListOfPorts() throws IOException {
        SocketTable table = new SocketTable();
        for (int port = 1; port <= 1250; port++) {
            table.begin(TcpState.LISTEN, SocketKind.FULL);
            table.putIpv4(0, port, 0, 0);
            table.commit();
        }
        table.coverage(Coverage.complete());
        report = Samples.report(table, null, Samples.RANGE);
        assertEquals("200 – system 0.0.0.0 unknown 0", row("200"));
        assertFalse(html().contains(">201</th>"));
        assertTrue(html().contains("1,050 more ports are in the JSON report"), html());
    }
}
