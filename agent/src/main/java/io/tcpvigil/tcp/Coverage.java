// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

/**
 * How much of the truth the rows of a dump are. It travels with the table, so that nobody takes a dump that failed or was
 * cut short for an empty host.
 *
 * @param extent how much was read
 * @param reason why it is not all; empty when it is
 */
public record Coverage(Extent extent, String reason) {
    /** How much of a dump arrived. */
    public enum Extent {
        /** The dump ran to its end. A socket that is not in the rows was not in the kernel's table. */
        COMPLETE,
        /** Rows were read, but not all: a socket that is not among them may well exist. */
        PARTIAL,
        /** Nothing was read. The rows say nothing. */
        FAILED
    }

    private static final Coverage COMPLETE = new Coverage(Extent.COMPLETE, "");

    public static Coverage complete() {
        return COMPLETE;
    }

    public static Coverage partial(String reason) {
        return new Coverage(Extent.PARTIAL, reason);
    }

    public static Coverage failed(String reason) {
        return new Coverage(Extent.FAILED, reason);
    }

    public boolean isComplete() {
        return extent == Extent.COMPLETE;
    }
}
