// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

/** Exit codes, those above 63 from {@code sysexits.h}. */
final class ExitCode {
    static final int OK = 0;
    /** The look itself failed: nothing could be read. */
    static final int COULD_NOT_LOOK = 3;
    /** EX_USAGE: wrong flags or arguments. */
    static final int USAGE = 64;
    /** EX_UNAVAILABLE: not available on this machine. */
    static final int UNAVAILABLE = 69;
    /** EX_SOFTWARE: a defect of tcpvigil. */
    static final int SOFTWARE = 70;
    /** EX_IOERR: the output could not be written. */
    static final int OUTPUT_FAILED = 74;
    /** EX_NOPERM: the right is missing. */
    static final int NOT_PERMITTED = 77;
    /** EX_CONFIG: a configuration file cannot be used. */
    static final int CONFIGURATION = 78;

    private ExitCode() {}
}
