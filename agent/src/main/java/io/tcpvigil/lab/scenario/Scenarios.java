// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import io.tcpvigil.Nullable;
import io.tcpvigil.lab.Scenario;
import java.util.List;

/** All scenarios, in the order in which a connection can meet them. */
public final class Scenarios {
    public static final List<Scenario> ALL = List.of(
            Listen.SCENARIO,
            Handshake.SCENARIO,
            SimultaneousOpen.SCENARIO,
            CrossedSyns.SCENARIO,
            OldDuplicateSyn.SCENARIO,
            HalfOpenSyn.SCENARIO,
            HalfOpenData.SCENARIO,
            ClosedPort.SCENARIO,
            Refused.SCENARIO,
            SynSent.SCENARIO,
            SynTimeout.SCENARIO,
            SynReceived.SCENARIO,
            SynReceivedTimeout.SCENARIO,
            SynFlood.SCENARIO,
            SynFloodDropped.SCENARIO,
            AcceptQueueFull.SCENARIO,
            ActiveClose.SCENARIO,
            PassiveClose.SCENARIO,
            SimultaneousClose.SCENARIO,
            Closing.SCENARIO,
            HalfCloseOurs.SCENARIO,
            HalfCloseTheirs.SCENARIO,
            FinAckInOne.SCENARIO,
            FinWait1.SCENARIO,
            FinWait1Orphan.SCENARIO,
            FinWait2.SCENARIO,
            FinWait2Orphan.SCENARIO,
            FinWait2Data.SCENARIO,
            CloseWaitUnread.SCENARIO,
            CloseWait.SCENARIO,
            LastAck.SCENARIO,
            TimeWaitRearmed.SCENARIO,
            TimeWaitAssassinated.SCENARIO,
            TimeWaitProtected.SCENARIO,
            TimeWaitReopened.SCENARIO,
            TimeWaitRecycled.SCENARIO,
            TimeWaitSkipped.SCENARIO,
            ResetInSynReceived.SCENARIO,
            ResetInEachState.SCENARIO,
            AbortUnread.SCENARIO,
            AbortLinger.SCENARIO,
            ZeroWindow.SCENARIO,
            ZeroWindowLastAck.SCENARIO,
            PortsExhausted.SCENARIO);

    private Scenarios() {}

    /** The scenario with this name, or null. */
    public static @Nullable Scenario named(String name) {
        for (Scenario scenario : ALL) {
            if (scenario.name().equals(name)) {
                return scenario;
            }
        }
        return null;
    }
}
