// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.tcpvigil.ports.DestinationUse;

/**
 * Ephemeral ports of one destination, or of several together.
 *
 * @param destinations how many
 * @param used held by connections to them
 * @param available how many they could hold, used ones included
 * @param fullestShare of the one that is nearest to its end, 0 to 1
 * @param exhaustionSeconds until the first of them has none left; infinite when none tends to that
 */
record PortDemand(int destinations, long used, long available, double fullestShare, double exhaustionSeconds) {
    static final PortDemand NONE = new PortDemand(0, 0, 0, 0, Double.POSITIVE_INFINITY);

    static PortDemand of(DestinationUse use, double exhaustionSeconds) {
        return new PortDemand(1, use.portsUsed(), use.portsAvailable(), use.utilisation(), exhaustionSeconds);
    }

    PortDemand plus(PortDemand other) {
        return new PortDemand(
                destinations + other.destinations,
                used + other.used,
                available + other.available,
                Math.max(fullestShare, other.fullestShare),
                Math.min(exhaustionSeconds, other.exhaustionSeconds));
    }
}
