// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.IpAddress;
import java.util.Locale;

/**
 * What a finding is about.
 *
 * @param name which one of its kind, as people write it; empty for the host and the namespace that was looked at
 */
public record Scope(Kind kind, String name) {
    /** The whole machine. */
    public static final Scope HOST = new Scope(Kind.HOST, "");
    /** The network namespace that was looked at. */
    public static final Scope NAMESPACE = new Scope(Kind.NAMESPACE, "");

    /** What can be in trouble. */
    public enum Kind {
        HOST,
        NAMESPACE,
        /** A local port. */
        PORT,
        /** Where connections go to: {@code 192.0.2.7:5432 from 192.0.2.1}, or without the source. */
        DESTINATION,
        /** {@code name/pid}. */
        PROCESS,
        /** A systemd service or a container: of several processes that only together are in trouble. */
        UNIT;

        /** The name for machines. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Scope port(int port) {
        return new Scope(Kind.PORT, Integer.toString(port));
    }

    static Scope destination(IpAddress destination, int port) {
        return new Scope(Kind.DESTINATION, Text.end(destination, port));
    }

    static Scope destination(IpAddress source, IpAddress destination, int port) {
        return new Scope(Kind.DESTINATION, Text.end(destination, port) + " from " + source);
    }

    static Scope unit(String unit) {
        return new Scope(Kind.UNIT, unit);
    }

    static Scope process(Holder holder) {
        return new Scope(Kind.PROCESS, holder.label());
    }

    /** Such as {@code port 443}. */
    @Override
    public String toString() {
        return name.isEmpty() ? kind.label() : kind.label() + " " + name;
    }
}
