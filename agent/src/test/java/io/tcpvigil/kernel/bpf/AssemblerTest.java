// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tcpvigil.kernel.bpf.Assembler.When;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class AssemblerTest {
    private static String hex(Assembler code) {
        return HexFormat.ofDelimiter(" ").formatHex(code.build(ByteOrder.LITTLE_ENDIAN));
    }

    /** Each as clang and the kernel's documentation encode it (Documentation/bpf/standardization/instruction-set.rst). */
    @Test
    void encodesEachKindOfInstruction() {
        assertEquals("61 16 10 00 00 00 00 00", hex(new Assembler().load(Width.U32, Register.R6, Register.R1, 16)));
        assertEquals("69 18 1e 00 00 00 00 00", hex(new Assembler().load(Width.U16, Register.R8, Register.R1, 30)));
        assertEquals("79 01 00 00 00 00 00 00", hex(new Assembler().load(Width.U64, Register.R1, Register.R0, 0)));
        assertEquals("71 01 ff ff 00 00 00 00", hex(new Assembler().load(Width.U8, Register.R1, Register.R0, -1)));
        assertEquals("63 6a fc ff 00 00 00 00", hex(new Assembler().store(Width.U32, Register.FRAME, -4, Register.R6)));
        assertEquals("7a 0a f8 ff ff ff ff ff", hex(new Assembler().store(Width.U64, Register.FRAME, -8, -1)));
        assertEquals("67 06 00 00 04 00 00 00", hex(new Assembler().shiftLeft(Register.R6, 4)));
        assertEquals("77 06 00 00 04 00 00 00", hex(new Assembler().shiftRight(Register.R6, 4)));
        assertEquals("4f 76 00 00 00 00 00 00", hex(new Assembler().or(Register.R6, Register.R7)));
        assertEquals("1f 21 00 00 00 00 00 00", hex(new Assembler().subtract(Register.R1, Register.R2)));
        assertEquals("27 01 00 00 03 00 00 00", hex(new Assembler().multiply(Register.R1, 3)));
        assertEquals("57 01 00 00 03 00 00 00", hex(new Assembler().and(Register.R1, 3)));
        assertEquals(
                "bf a2 00 00 00 00 00 00 07 02 00 00 fc ff ff ff", hex(new Assembler().stackAddress(Register.R2, -4)));
        assertEquals("b4 03 00 00 ff ff ff ff", hex(new Assembler().moveUnsigned(Register.R3, -1)));
        assertEquals("dc 01 00 00 10 00 00 00", hex(new Assembler().fromNetworkOrder16(Register.R1)));
        assertEquals("db 32 08 00 00 00 00 00", hex(new Assembler().atomicAdd(Register.R2, 8, Register.R3)));
        assertEquals("18 11 00 00 07 00 00 00 00 00 00 00 00 00 00 00", hex(new Assembler().loadMap(Register.R1, 7)));
        assertEquals("85 00 00 00 01 00 00 00", hex(new Assembler().call(Helper.MAP_LOOKUP)));
        assertEquals("95 00 00 00 00 00 00 00", hex(new Assembler().exit()));
    }

    @Test
    void jumpsOverWhatIsBetween() {
        Assembler code = new Assembler()
                .jump(When.NOT_EQUAL, Register.R8, 6, "end")
                .loadMap(Register.R1, 7)
                .jump(When.EQUAL, Register.R1, Register.R2, "end")
                .jump("end")
                .label("end")
                .exit();
        byte[] bytes = code.build(ByteOrder.LITTLE_ENDIAN);
        assertEquals("55 08 04 00 06 00 00 00", HexFormat.ofDelimiter(" ").formatHex(bytes, 0, 8));
        assertEquals("1d 21 01 00 00 00 00 00", HexFormat.ofDelimiter(" ").formatHex(bytes, 24, 32));
        assertEquals("05 00 00 00 00 00 00 00", HexFormat.ofDelimiter(" ").formatHex(bytes, 32, 40));
        assertEquals(6, code.length());
    }

    @Test
    void swapsHalvesOfTheRegisterByteOnOtherCpus() {
        byte[] bytes =
                new Assembler().load(Width.U32, Register.R6, Register.R1, 16).build(ByteOrder.BIG_ENDIAN);
        assertEquals("61 61 00 10 00 00 00 00", HexFormat.ofDelimiter(" ").formatHex(bytes));
    }

    @Test
    void refusesJumpsThatLeadNowhere() {
        assertThrows(
                IllegalStateException.class,
                () -> new Assembler().jump("nowhere").build());
        assertThrows(
                IllegalStateException.class,
                () -> new Assembler().label("back").jump("back").build());
        assertThrows(
                IllegalStateException.class,
                () -> new Assembler().label("twice").label("twice"));
        Assembler far = new Assembler().jump("far");
        for (int i = 0; i <= Short.MAX_VALUE; i++) {
            far.exit();
        }
        far.label("far").exit();
        assertThrows(IllegalStateException.class, far::build);
        assertThrows(
                IllegalArgumentException.class, () -> new Assembler().load(Width.U8, Register.R1, Register.R2, 40_000));
    }
}
