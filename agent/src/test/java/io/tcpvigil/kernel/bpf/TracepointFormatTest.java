// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TracepointFormatTest {
    /** As 6.18 has it; {@code shift} bytes more behind the common fields, and a protocol of so many bytes. */
    private static String file(int shift, int protocolBytes) {
        int end = 30 + shift + protocolBytes;
        return "name: inet_sock_set_state\nID: 2287\nformat:\n"
                + field("unsigned short common_type", 0, 2)
                + field("unsigned char common_flags", 2, 1)
                + field("unsigned char common_preempt_count", 3, 1)
                + field("int common_pid", 4, 4)
                + (shift > 0 ? field("unsigned char common_migrate_disable", 8, 1) : "")
                + "\n"
                + field("const void * skaddr", 8 + shift, 8)
                + field("int oldstate", 16 + shift, 4)
                + field("int newstate", 20 + shift, 4)
                + field("__u16 sport", 24 + shift, 2)
                + field("__u16 dport", 26 + shift, 2)
                + field("__u16 family", 28 + shift, 2)
                + field(protocolBytes == 1 ? "__u8 protocol" : "__u16 protocol", 30 + shift, protocolBytes)
                + field("__u8 saddr[4]", end, 4)
                + field("__u8 daddr[4]", end + 4, 4)
                + field("__u8 saddr_v6[16]", end + 8, 16)
                + field("__u8 daddr_v6[16]", end + 24, 16)
                + "\nprint fmt: \"family=%s protocol=%s\", REC->family, REC->protocol\n";
    }

    private static String field(String declaration, int offset, int size) {
        return "\tfield:" + declaration + ";\toffset:" + offset + ";\tsize:" + size + ";\tsigned:0;\n";
    }

    @ParameterizedTest
    @CsvSource({"0, 2, 32", "0, 1, 31", "8, 2, 40", "8, 1, 39"})
    void takesOffsetsFromTheFile(int shift, int protocolBytes, int saddr) throws Exception {
        TracepointFormat format = TracepointFormat.parse(file(shift, protocolBytes));
        assertEquals(2287, format.id());
        RecordFields fields = RecordFields.of(format);
        assertEquals(8 + shift, fields.socket().offset());
        assertEquals(16 + shift, fields.oldState().offset());
        assertEquals(new TracepointFormat.Field(30 + shift, protocolBytes), fields.protocol());
        assertEquals(saddr, fields.localIpv4().offset());
        assertEquals(saddr + 24, fields.remoteIpv6().offset());
    }

    /** A load that is not aligned is refused by the verifier: where addresses are at odd offsets they go byte by byte. */
    @ParameterizedTest
    @CsvSource({"2, 12", "1, 80"})
    void readsAddressesAsWideAsTheyAreAligned(int protocolBytes, int steps) throws Exception {
        RecordFields fields = RecordFields.of(TracepointFormat.parse(file(0, protocolBytes)));
        Assembler code = new Assembler();
        fields.addresses(code);
        // A load and a store for each step; five instructions find out the family and jump.
        assertEquals(5 + steps, code.length());
    }

    @Test
    void refusesOtherSizes() throws Exception {
        String wide = file(0, 2).replace("oldstate;\toffset:16;\tsize:4", "oldstate;\toffset:16;\tsize:8");
        assertThrows(MalformedTypesException.class, () -> RecordFields.of(TracepointFormat.parse(wide)));
        String without = file(0, 2).replace("skaddr", "socket");
        MalformedTypesException missing =
                assertThrows(MalformedTypesException.class, () -> RecordFields.of(TracepointFormat.parse(without)));
        assertEquals("the tracepoint has no field skaddr", missing.getMessage());
        assertThrows(MalformedTypesException.class, () -> TracepointFormat.parse("name: x\n"));
        assertThrows(
                MalformedTypesException.class,
                () -> TracepointFormat.parse(file(0, 2).replace("offset:16", "offset:-16")));
    }

    @Test
    void survivesDamage() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        String whole = file(8, 1);
        int refused = 0;
        for (int round = 0; round < 5000; round++) {
            StringBuilder damaged = new StringBuilder(whole);
            for (int i = random.nextInt(1, 6); i > 0; i--) {
                damaged.setCharAt(random.nextInt(damaged.length()), (char) random.nextInt(10, 127));
            }
            damaged.setLength(random.nextInt(damaged.length() / 2, damaged.length()));
            try {
                RecordFields.of(TracepointFormat.parse(damaged.toString()));
            } catch (MalformedTypesException asItShould) {
                refused++;
            } catch (RuntimeException wrong) {
                throw new AssertionError("seed " + seed + ", round " + round, wrong);
            }
        }
        assertTrue(refused > 1000, "refused " + refused);
    }
}
