// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.tcpvigil.Nullable;
import io.tcpvigil.ports.DestinationUse;
import io.tcpvigil.tcp.IpAddress;
import java.util.List;

/**
 * What the series of destinations are told apart by, as far as the settings let it be seen.
 *
 * @param source null when addresses are hidden, as {@code destination}
 */
record DestinationKey(@Nullable Network source, @Nullable Network destination, int port) {

    /**
     * An address, or all that begin with the same bits.
     *
     * @param address its bits behind the prefix are 0
     * @param prefixLength -1 for the address itself
     */
    record Network(IpAddress address, int prefixLength) {
        static final int WHOLE = -1;

        static Network of(IpAddress address, int prefixLength) {
            if (!address.ipv6()) {
                return new Network(
                        new IpAddress(false, 0, address.low() & ~(0xFFFF_FFFFL >>> prefixLength)), prefixLength);
            }
            return new Network(
                    new IpAddress(
                            true, high(address.high(), prefixLength), high(address.low(), prefixLength - Long.SIZE)),
                    prefixLength);
        }

        /** The first so many of 64 bits; none when negative, all when more. */
        private static long high(long bits, int length) {
            return length <= 0 ? 0 : length >= Long.SIZE ? bits : bits & -1L << (Long.SIZE - length);
        }

        @Override
        public String toString() {
            return prefixLength == WHOLE ? address.toString() : address + "/" + prefixLength;
        }
    }

    static DestinationKey of(DestinationUse use, MetricsSettings settings) {
        return switch (settings.addresses()) {
            case FULL ->
                new DestinationKey(
                        new Network(use.source(), Network.WHOLE),
                        new Network(use.destination(), Network.WHOLE),
                        use.port());
            case PREFIX ->
                new DestinationKey(network(use.source(), settings), network(use.destination(), settings), use.port());
            case HIDDEN -> new DestinationKey(null, null, use.port());
        };
    }

    private static Network network(IpAddress address, MetricsSettings settings) {
        return Network.of(address, address.ipv6() ? settings.ipv6PrefixLength() : settings.ipv4PrefixLength());
    }

    /** Source, destination and port; empty for what is hidden. */
    List<String> labels() {
        return List.of(
                source == null ? "" : source.toString(),
                destination == null ? "" : destination.toString(),
                Integer.toString(port));
    }
}
