// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.Nullable;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SocketFilterTest {
    /** 0: web server's CLOSE-WAIT, 1: IPv6 client, 2: TIME-WAIT, 3: listener, 4: bound, 5: half-open request. */
    private final SocketTable table = new SocketTable();

    @BeforeEach
    void fillTable() {
        table.begin(TcpState.CLOSE_WAIT, SocketKind.FULL);
        table.putIpv4(0xC0000201, 443, 0x0A010203, 50000);
        table.putOwner(33, 7);
        table.putLastAckReceivedMillis(61_000);
        table.commit();
        table.begin(TcpState.ESTABLISHED, SocketKind.FULL);
        table.putIpv6(0x20010db8_00000000L, 1, 40000, 0x20010db8_00000000L, 2, 443);
        table.putOwner(0, 8);
        table.commit();
        table.begin(TcpState.TIME_WAIT, SocketKind.MINISOCK);
        table.putIpv4(0x7F000001, 40001, 0x7F000001, 5432);
        table.putTimer(3, 15_000, 0);
        table.putOwner(0, 0);
        table.commit();
        table.begin(TcpState.LISTEN, SocketKind.FULL);
        table.putIpv6(0, 0, 443, 0, 0, 0);
        table.putOwner(0, 9);
        table.commit();
        table.begin(TcpState.CLOSED, SocketKind.BOUND);
        table.putIpv4(0x7F000001, 40002, 0, 0);
        table.putOwner(1000, 10);
        table.commit();
        table.begin(TcpState.SYN_RECEIVED, SocketKind.REQUEST);
        table.putIpv6(0, 0xFFFF_7F000001L, 443, 0, 0xFFFF_0A0000FFL, 1234);
        table.putOwner(0, 0);
        table.commit();
    }

    private static @Nullable Boolean heldByNginx(SocketTable table, int row, String name) {
        return table.inode(row) == 7 ? name.equals("nginx") || name.equals("42") : null;
    }

    private String matching(String filter) {
        SocketFilter parsed = SocketFilter.parse(List.of(filter));
        StringBuilder rows = new StringBuilder();
        for (int row = 0; row < table.rows(); row++) {
            if (parsed.matches(table, row, SocketFilterTest::heldByNginx)) {
                rows.append(row);
            }
        }
        return rows.toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "state=close_wait | 0",
                "state=TIME-WAIT,LISTEN | 23",
                "state!=established | 02345",
                "state=bound | 4",
                "state=bound,listen | 34",
                "state=BOUND | 4",
                "uid=1000 | 4",
                "state!=bound | 01235",
                "port=443 | 0135",
                "lport=443 | 035",
                "rport=443 | 1",
                "port!=443 | 24",
                "port=40000-40002 | 124",
                "peer=10.0.0.0/8 | 05",
                "peer!=10.0.0.0/8 | 1234",
                "peer=2001:db8::/32 | 1",
                "local=127.0.0.1 | 245",
                "uid=33 | 0",
                "uid=0 | 13",
                "uid!=0 | 04",
                "family=4 | 024",
                "family=6 | 135",
                "family!=6 | 024",
                "age>60s | 0",
                "age>=45s | 02",
                "age>1m | 0",
                "age>2h | ''",
                "process=nginx | 0",
                "process=42 | 0",
                "process=apache2 | ''",
                "process!=apache2 | 0",
                "state=close_wait port=443 peer=10.0.0.0/8 process=nginx uid=33 age>60s | 0",
                "state=close_wait uid=34 | ''"
            })
    void keepsTheRowsThatFitAllTerms(String filter, String rows) {
        assertEquals(rows, matching(filter.trim()));
    }

    @Test
    void takesTermsFromSeveralWords() {
        SocketFilter filter = SocketFilter.parse(List.of("state=listen", " port=443  family=6 "));
        assertEquals(3, filter.terms().size());
        assertTrue(filter.matches(table, 3, SocketFilter.NO_PROCESSES));
    }

    @Test
    void keepsEverythingWithoutTerms() {
        assertEquals("012345", matching("  "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "443",
                "=443",
                "port",
                "port=",
                "port==",
                "port=70000",
                "port=80-",
                "port=90-80",
                "port=http",
                "port>80",
                "state=foo",
                "state=closed",
                "state=,listen",
                "peer=300.1.1.1",
                "peer=10.0.0.0/40",
                "uid=root",
                "uid=99999999999",
                "family=5",
                "age=60s",
                "age<60s",
                "age>",
                "age>60y",
                "age>s",
                "colour=red",
                "process="
            })
    void refusesAnythingElseWithOneLineThatNamesTheTerm(String filter) {
        IllegalArgumentException wrong =
                assertThrows(IllegalArgumentException.class, () -> SocketFilter.parse(List.of(filter)));
        String message = String.valueOf(wrong.getMessage());
        assertTrue(message.startsWith("filter '" + filter + "': "), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void tellsWhatASourceNeedNotBring() {
        SocketFilter filter = SocketFilter.parse(List.of("state!=time_wait", "state=time_wait,close_wait"));
        assertEquals(EnumSet.of(TcpState.CLOSE_WAIT), filter.possibleStates());
        assertFalse(filter.canPassBound());
        assertTrue(SocketFilter.parse(List.of("port=1")).canPassBound());
        assertTrue(SocketFilter.parse(List.of("state!=listen")).canPassBound());
        assertFalse(SocketFilter.parse(List.of("state!=bound")).canPassBound());
        assertTrue(SocketFilter.parse(List.of("age>1s")).needsAge());
        assertTrue(SocketFilter.parse(List.of("process=a")).needsProcesses());
        assertFalse(SocketFilter.ALL.needsProcesses());
    }
}
