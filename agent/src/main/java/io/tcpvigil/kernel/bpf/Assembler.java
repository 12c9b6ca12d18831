// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import io.tcpvigil.Nullable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a BPF program, a method a line. Labels stand for places ahead.
 *
 * <pre>
 * struct bpf_insn {          // include/uapi/linux/bpf.h
 *     __u8  code;
 *     __u8  dst_reg:4;       // low bits on a little-endian CPU, high bits on a big-endian one
 *     __u8  src_reg:4;
 *     __s16 off;
 *     __s32 imm;
 * };
 * </pre>
 */
final class Assembler {
    private static final int INSTRUCTION_BYTES = 8;

    private static final int CLASS_LOAD_WIDE = 0x00;
    private static final int CLASS_LOAD = 0x01;
    private static final int CLASS_STORE_NUMBER = 0x02;
    private static final int CLASS_STORE = 0x03;
    private static final int CLASS_ALU32 = 0x04;
    private static final int CLASS_JUMP = 0x05;
    private static final int CLASS_ALU64 = 0x07;

    private static final int MODE_MEMORY = 0x60;
    private static final int MODE_ATOMIC = 0xc0;
    private static final int FROM_REGISTER = 0x08;

    private static final int ADD = 0x00;
    private static final int SUBTRACT = 0x10;
    private static final int MULTIPLY = 0x20;
    private static final int OR = 0x40;
    private static final int AND = 0x50;
    private static final int SHIFT_LEFT = 0x60;
    private static final int SHIFT_RIGHT = 0x70;
    private static final int MOVE = 0xb0;
    /** BPF_END with BPF_TO_BE: to or from network order. */
    private static final int BIG_ENDIAN = 0xd0;

    /** BPF_XCHG and BPF_CMPXCHG, which contain BPF_FETCH. */
    private static final int EXCHANGE = 0xe1;

    private static final int COMPARE_EXCHANGE = 0xf1;

    private static final int CALL = 0x80;
    private static final int EXIT = 0x90;
    /** BPF_PSEUDO_MAP_FD: the number is a descriptor, of which the kernel makes the address of the map. */
    private static final int PSEUDO_MAP_FD = 1;

    /** When a jump is taken; numbers compare unsigned. */
    enum When {
        ALWAYS(0x00),
        EQUAL(0x10),
        GREATER(0x20),
        AT_LEAST(0x30),
        NOT_EQUAL(0x50),
        LESS(0xa0),
        AT_MOST(0xb0),
        /** Signed: for results of calls. */
        NEGATIVE(0xc0);

        private final int code;

        When(int code) {
            this.code = code;
        }
    }

    private record Instruction(
            int code,
            int target,
            int source,
            int offset,
            int number,
            @Nullable String label) {}

    private final List<Instruction> instructions = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();

    // ---- arithmetic, 64 bits ----

    Assembler move(Register target, Register source) {
        return alu(MOVE, target, source);
    }

    Assembler move(Register target, int number) {
        return alu(MOVE, target, number);
    }

    /** All 32 bits of {@code number}, without a sign; {@link #move} extends it. */
    Assembler moveUnsigned(Register target, int number) {
        return add(CLASS_ALU32 | MOVE, target.ordinal(), 0, 0, number, null);
    }

    Assembler add(Register target, Register source) {
        return alu(ADD, target, source);
    }

    Assembler add(Register target, int number) {
        return alu(ADD, target, number);
    }

    Assembler subtract(Register target, Register source) {
        return alu(SUBTRACT, target, source);
    }

    Assembler multiply(Register target, int number) {
        return alu(MULTIPLY, target, number);
    }

    Assembler or(Register target, Register source) {
        return alu(OR, target, source);
    }

    Assembler or(Register target, int number) {
        return alu(OR, target, number);
    }

    Assembler and(Register target, int number) {
        return alu(AND, target, number);
    }

    Assembler shiftLeft(Register target, int bits) {
        return alu(SHIFT_LEFT, target, bits);
    }

    Assembler shiftRight(Register target, int bits) {
        return alu(SHIFT_RIGHT, target, bits);
    }

    /** Turns 16 bits in network order into a number. */
    Assembler fromNetworkOrder16(Register target) {
        return add(CLASS_ALU32 | BIG_ENDIAN | FROM_REGISTER, target.ordinal(), 0, 0, 16, null);
    }

    private Assembler alu(int operation, Register target, Register source) {
        return add(CLASS_ALU64 | operation | FROM_REGISTER, target.ordinal(), source.ordinal(), 0, 0, null);
    }

    private Assembler alu(int operation, Register target, int number) {
        return add(CLASS_ALU64 | operation, target.ordinal(), 0, 0, number, null);
    }

    // ---- memory ----

    /** {@code target} = memory at {@code base} + {@code offset}, widened without a sign. */
    Assembler load(Width width, Register target, Register base, int offset) {
        return add(CLASS_LOAD | MODE_MEMORY | width.code, target.ordinal(), base.ordinal(), offset, 0, null);
    }

    /** Memory at {@code base} + {@code offset} = {@code source}. */
    Assembler store(Width width, Register base, int offset, Register source) {
        return add(CLASS_STORE | MODE_MEMORY | width.code, base.ordinal(), source.ordinal(), offset, 0, null);
    }

    /** Memory at {@code base} + {@code offset} = {@code number}, with its sign extended. */
    Assembler store(Width width, Register base, int offset, int number) {
        return add(CLASS_STORE_NUMBER | MODE_MEMORY | width.code, base.ordinal(), 0, offset, number, null);
    }

    /** 64 bits at {@code base} + {@code offset} += {@code source}, also against other CPUs and interrupts. */
    Assembler atomicAdd(Register base, int offset, Register source) {
        return add(CLASS_STORE | MODE_ATOMIC | Width.U64.code, base.ordinal(), source.ordinal(), offset, ADD, null);
    }

    /**
     * R0 = 64 bits at {@code base} + {@code offset}, which become {@code source} if they are R0; all at once, and ordered
     * against other CPUs. Since 5.12.
     */
    Assembler compareAndExchange(Register base, int offset, Register source) {
        return add(
                CLASS_STORE | MODE_ATOMIC | Width.U64.code,
                base.ordinal(),
                source.ordinal(),
                offset,
                COMPARE_EXCHANGE,
                null);
    }

    /** Swaps {@code source} and 64 bits at {@code base} + {@code offset}; ordered against other CPUs. Since 5.12. */
    Assembler exchange(Register base, int offset, Register source) {
        return add(
                CLASS_STORE | MODE_ATOMIC | Width.U64.code, base.ordinal(), source.ordinal(), offset, EXCHANGE, null);
    }

    /** {@code target} = the map, as calls want it. */
    Assembler loadMap(Register target, int fd) {
        add(CLASS_LOAD_WIDE | Width.U64.code, target.ordinal(), PSEUDO_MAP_FD, 0, fd, null);
        return add(0, 0, 0, 0, 0, null);
    }

    /** {@code target} = address of the stack at FRAME + {@code offset}. */
    Assembler stackAddress(Register target, int offset) {
        return move(target, Register.FRAME).add(target, offset);
    }

    // ---- flow ----

    Assembler call(Helper helper) {
        return add(CLASS_JUMP | CALL, 0, 0, 0, helper.number, null);
    }

    Assembler exit() {
        return add(CLASS_JUMP | EXIT, 0, 0, 0, 0, null);
    }

    Assembler jump(String label) {
        return add(CLASS_JUMP | When.ALWAYS.code, 0, 0, 0, 0, label);
    }

    Assembler jump(When when, Register left, int number, String label) {
        return add(CLASS_JUMP | when.code, left.ordinal(), 0, 0, number, label);
    }

    Assembler jump(When when, Register left, Register right, String label) {
        return add(CLASS_JUMP | when.code | FROM_REGISTER, left.ordinal(), right.ordinal(), 0, 0, label);
    }

    /** Jumps when the call that left R0 failed. */
    Assembler jumpIfFailed(String label) {
        return jump(When.NEGATIVE, Register.R0, 0, label);
    }

    /** Names the place of the next instruction. */
    Assembler label(String name) {
        if (labels.put(name, instructions.size()) != null) {
            throw new IllegalStateException("label " + name + " is there twice");
        }
        return this;
    }

    private Assembler add(int code, int target, int source, int offset, int number, @Nullable String label) {
        if (offset != (short) offset) {
            throw new IllegalArgumentException("offset " + offset + " does not fit 16 bits");
        }
        instructions.add(new Instruction(code, target, source, offset, number, label));
        return this;
    }

    /** How many instructions there are; loading a map takes two. */
    int length() {
        return instructions.size();
    }

    /**
     * The program as the kernel wants it.
     *
     * @throws IllegalStateException for a jump to nowhere, backwards or too far
     */
    byte[] build() {
        return build(ByteOrder.nativeOrder());
    }

    byte[] build(ByteOrder order) {
        ByteBuffer out =
                ByteBuffer.allocate(instructions.size() * INSTRUCTION_BYTES).order(order);
        for (int at = 0; at < instructions.size(); at++) {
            Instruction each = instructions.get(at);
            out.put((byte) each.code);
            boolean little = order == ByteOrder.LITTLE_ENDIAN;
            out.put((byte) (little ? each.source << 4 | each.target : each.target << 4 | each.source));
            out.putShort((short) (each.label == null ? each.offset : distance(at, each.label)));
            out.putInt(each.number);
        }
        return out.array();
    }

    private int distance(int from, String label) {
        Integer to = labels.get(label);
        if (to == null) {
            throw new IllegalStateException("no label " + label);
        }
        int distance = to - from - 1;
        if (distance < 0 || distance > Short.MAX_VALUE) {
            throw new IllegalStateException("label " + label + " is " + distance + " instructions away");
        }
        return distance;
    }
}
