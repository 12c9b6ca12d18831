// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.inetdiag;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.Network;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketFilter.Addresses;
import io.tcpvigil.tcp.SocketFilter.Ports;
import io.tcpvigil.tcp.SocketFilter.Side;
import io.tcpvigil.tcp.SocketFilter.Term;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Translates the port and address terms of a filter into the bytecode of {@code INET_DIAG_REQ_BYTECODE}, so that the
 * kernel copies only the rows asked for.
 *
 * <p>An operation is {@code struct inet_diag_bc_op { u8 code; u8 yes; u16 no; }} and its argument; the position advances by
 * {@code yes} bytes when the test holds, else by {@code no}. A row is accepted when the position lands on the end, rejected
 * when it lands 4 bytes past it. Jumps go forward only. The filter is a saving, never the truth: rows are matched again in
 * Java.
 */
final class Bytecode {
    /** {@code enum} of {@code linux/inet_diag.h}. */
    private static final int JMP = 1;

    private static final int SOURCE_PORT_GE = 2;
    private static final int SOURCE_PORT_LE = 3;
    private static final int DESTINATION_PORT_GE = 4;
    private static final int DESTINATION_PORT_LE = 5;
    /** Holds where the kernel chose the port. */
    private static final int AUTO = 6;

    private static final int SOURCE_HOST = 7;
    private static final int DESTINATION_HOST = 8;

    private static final int OP_SIZE = 4;
    /** struct inet_diag_hostcond without its address. */
    private static final int HOST_CONDITION_SIZE = 8;
    /** Longer programs are not worth it, and {@code yes} is a byte. */
    private static final int MAX_SIZE = 1024;

    /** One test of the kernel; {@code code} tells how {@code argument} is laid out. */
    private record Test(int code, ByteBuffer argument) {
        int size() {
            return OP_SIZE + argument.capacity();
        }
    }

    private Bytecode() {}

    /** The program for sockets whose port was chosen by bind(2): AUTO leads to a jump past the end, else to the end. */
    static byte[] ofChosenPorts() {
        return ByteBuffer.allocate(2 * OP_SIZE)
                .order(ByteOrder.nativeOrder())
                .put((byte) AUTO)
                .put((byte) OP_SIZE)
                .putShort((short) (2 * OP_SIZE))
                .put((byte) JMP)
                .put((byte) OP_SIZE)
                .putShort((short) (2 * OP_SIZE))
                .array();
    }

    /** The program for what the kernel can decide of {@code filter}; null when it can decide nothing of it. */
    static byte @Nullable [] compile(SocketFilter filter) {
        List<List<List<Test>>> clauses = new ArrayList<>();
        for (Term term : filter.terms()) {
            List<List<Test>> alternatives = alternatives(term);
            if (!alternatives.isEmpty()) {
                clauses.add(alternatives);
            }
        }
        if (clauses.isEmpty()) {
            return null;
        }
        int size = 0;
        for (List<List<Test>> clause : clauses) {
            size += size(clause);
        }
        if (size > MAX_SIZE) {
            return null;
        }
        ByteBuffer program = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
        for (List<List<Test>> clause : clauses) {
            emit(program, clause, size);
        }
        return program.array();
    }

    /** A term as an "or" of "and"s of tests; empty when the kernel has no test for it. */
    private static List<List<Test>> alternatives(Term term) {
        List<List<Test>> alternatives = new ArrayList<>();
        if (term instanceof Ports ports && !ports.negated()) {
            for (Ports.Range range : ports.ranges()) {
                if (ports.side() != Side.REMOTE) {
                    alternatives.add(List.of(port(SOURCE_PORT_GE, range.low()), port(SOURCE_PORT_LE, range.high())));
                }
                if (ports.side() != Side.LOCAL) {
                    alternatives.add(
                            List.of(port(DESTINATION_PORT_GE, range.low()), port(DESTINATION_PORT_LE, range.high())));
                }
            }
        } else if (term instanceof Addresses addresses && !addresses.negated()) {
            int code = addresses.side() == Side.LOCAL ? SOURCE_HOST : DESTINATION_HOST;
            for (Network network : addresses.networks()) {
                alternatives.add(List.of(host(code, network)));
            }
        }
        return alternatives;
    }

    /** A port test's argument is a second operation that holds the port in its {@code no} field, in host order. */
    private static Test port(int code, int port) {
        return new Test(
                code,
                ByteBuffer.allocate(OP_SIZE)
                        .order(ByteOrder.nativeOrder())
                        .putShort((short) 0)
                        .putShort((short) port));
    }

    /** struct inet_diag_hostcond { u8 family; u8 prefix_len; int port; be32 addr[]; }, port -1 for any. */
    private static Test host(int code, Network network) {
        boolean ipv6 = network.address().ipv6();
        ByteBuffer argument = ByteBuffer.allocate(HOST_CONDITION_SIZE + (ipv6 ? 16 : 4));
        argument.put((byte) (ipv6 ? InetDiagMessage.AF_INET6 : InetDiagMessage.AF_INET));
        argument.put((byte) network.prefixLength());
        argument.putShort((short) 0);
        argument.putInt(-1);
        if (ipv6) {
            argument.putLong(network.address().high()).putLong(network.address().low());
        } else {
            argument.putInt((int) network.address().low());
        }
        return new Test(code, argument);
    }

    private static int size(List<List<Test>> clause) {
        int size = OP_SIZE * (clause.size() - 1);
        for (List<Test> alternative : clause) {
            size += size(alternative, 0);
        }
        return size;
    }

    private static int size(List<Test> tests, int from) {
        int size = 0;
        for (int i = from; i < tests.size(); i++) {
            size += tests.get(i).size();
        }
        return size;
    }

    /**
     * Writes one clause. Between two alternatives stands a jump that leaves the clause: who passed the first need not be
     * tested for the second. A test that fails goes to the next alternative, or, in the last one, past the end.
     */
    private static void emit(ByteBuffer program, List<List<Test>> clause, int end) {
        int clauseEnd = program.position() + size(clause);
        for (int i = 0; i < clause.size(); i++) {
            List<Test> alternative = clause.get(i);
            boolean last = i == clause.size() - 1;
            int afterwards = program.position() + size(alternative, 0);
            int failed = last ? end + OP_SIZE : afterwards + OP_SIZE;
            for (Test test : alternative) {
                operation(program, test.code(), test.size(), failed - program.position());
                program.put(test.argument().rewind());
            }
            if (!last) {
                operation(program, JMP, OP_SIZE, clauseEnd - program.position());
            }
        }
    }

    private static void operation(ByteBuffer program, int code, int yes, int no) {
        program.put((byte) code).put((byte) yes).putShort((short) no);
    }
}
