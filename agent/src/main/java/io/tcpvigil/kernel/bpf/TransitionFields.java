// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

/** How the program gets at what the tracepoint tells, in either of the two ways to hang on it. */
interface TransitionFields {
    /** Number of an AF_INET6 socket. */
    int AF_INET6 = 10;

    /** The program type that goes with it. */
    int programType();

    /** For {@link Bpf#load}. */
    default int tracepointType() {
        return 0;
    }

    /** With the context in R1: R6 = address of the socket, R7 = old state, R8 = new state. */
    void begin(Assembler code);

    /** R1 = protocol. */
    void protocol(Assembler code);

    /** R2 = address of the socket less what is the same for all, as a number. R1 is lost. */
    void addressNumber(Assembler code, BpfMap anyMap);

    /** Puts the local port on the stack as a number. R1 to R5 are lost. */
    void localPort(Assembler code);

    /** Puts the remote port on the stack as a number. R1 to R5 are lost. */
    void remotePort(Assembler code);

    /** Puts family and addresses into the record at R9, whose addresses are zeros. */
    void addresses(Assembler code);
}
