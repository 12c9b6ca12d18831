// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.report;

import io.tcpvigil.Nullable;
import io.tcpvigil.ports.DestinationUse;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What sockets draw on, as of the last full sample.
 *
 * @param limits what the kernel allows; a limit that could not be read is missing
 * @param exhaustionSeconds when the ports to a destination will be used up, in seconds after the sample, for those of the
 *     report's destinations that tend to that
 * @param holdings who holds the sockets; null when nobody looked
 */
public record Resources(
        Map<KernelLimit, Long> limits,
        Map<DestinationUse, Double> exhaustionSeconds,
        @Nullable Holdings holdings) {
    public Resources {
        EnumMap<KernelLimit, Long> copy = new EnumMap<>(KernelLimit.class);
        copy.putAll(limits);
        limits = Collections.unmodifiableMap(copy);
        exhaustionSeconds = Map.copyOf(exhaustionSeconds);
    }
}
