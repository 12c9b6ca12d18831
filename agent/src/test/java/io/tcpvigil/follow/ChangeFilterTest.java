// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.follow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpvigil.lifecycle.Evidence;
import io.tcpvigil.report.StateChange;
import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.TcpState;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangeFilterTest {
    private static Endpoint end(String address, int port) {
        return new Endpoint(Objects.requireNonNull(IpAddress.parse(address)), port);
    }

    private static final StateChange CHANGE = new StateChange(
            Instant.EPOCH,
            false,
            end("192.0.2.1", 443),
            end("10.1.2.3", 5000),
            TcpState.CLOSE_WAIT,
            TcpState.LAST_ACK,
            Evidence.EXACT,
            null,
            1,
            null);

    @ParameterizedTest
    @CsvSource({
        "state=close_wait, true",
        "state=last_ack, true",
        "state=established, false",
        "state!=close_wait, false",
        "state!=last_ack, false",
        "state!=established, true",
        "port=443, true",
        "lport=443, true",
        "rport=443, false",
        "peer=10.0.0.0/8, true",
        "peer=11.0.0.0/8, false",
        "local=192.0.2.1, true",
        "family=4, true",
        "family=6, false",
        "process=nginx, true",
        "process=77, true",
        "process=other, false",
        "process!=other, true",
        "process!=nginx, false",
        "'state=last_ack port=444', false"
    })
    void fitsWhatWasAskedFor(String words, boolean expected) {
        ChangeFilter filter = new ChangeFilter(SocketFilter.parse(List.of(words)));
        assertEquals(expected, filter.fits(CHANGE, (table, row, name) -> name.equals("nginx") || name.equals("77")));
    }

    @ParameterizedTest
    @CsvSource({"process=nginx", "process!=nginx"})
    void fitsNoProcessThatIsNotKnown(String words) {
        assertEquals(
                false, new ChangeFilter(SocketFilter.parse(List.of(words))).fits(CHANGE, SocketFilter.NO_PROCESSES));
    }
}
