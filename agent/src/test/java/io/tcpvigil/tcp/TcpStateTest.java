// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TcpStateTest {
    @Test
    void hasTheElevenStatesOfTheRfc() {
        assertEquals(
                "LISTEN SYN-SENT SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 CLOSE-WAIT CLOSING LAST-ACK TIME-WAIT"
                        + " CLOSED",
                String.join(
                        " ",
                        Arrays.stream(TcpState.values())
                                .map(TcpState::displayName)
                                .toList()));
    }

    @ParameterizedTest
    @EnumSource
    void readsBackEachOfItsOwnNames(TcpState state) {
        assertEquals(state, TcpState.parse(state.displayName()));
        assertEquals(state, TcpState.parse(state.label()));
        assertEquals(state, TcpState.parse(state.name()));
        assertEquals(state, TcpState.parse(Integer.toString(state.kernelNumber())));
        assertEquals(state, TcpState.ofKernelNumber(state.kernelNumber()));
    }

    @ParameterizedTest
    @CsvSource({
        "timewait, TIME_WAIT",
        "TIME_WAIT, TIME_WAIT",
        "estab, ESTABLISHED",
        "syn-recv, SYN_RECEIVED",
        "SYN_RECV, SYN_RECEIVED",
        "fin-wait-1, FIN_WAIT_1",
        "FIN_WAIT2, FIN_WAIT_2",
        "last-ack, LAST_ACK",
        "6, TIME_WAIT"
    })
    void readsTheSpellingsOfOtherTools(String text, TcpState state) {
        assertEquals(state, TcpState.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "time", "timewaits", "0", "12", "13", "-1"})
    void knowsNoOtherNames(String text) {
        assertNull(TcpState.parse(text));
    }

    @Test
    void takesARequestSocketForSynReceivedAndABoundOneForNoState() {
        assertEquals(TcpState.SYN_RECEIVED, TcpState.ofKernelNumber(12));
        assertNull(TcpState.ofKernelNumber(13));
        assertNull(TcpState.ofKernelNumber(0));
        assertNull(TcpState.ofKernelNumber(255));
        assertNull(TcpState.ofKernelNumber(-1));
    }
}
