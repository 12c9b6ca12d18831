// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BtfTypesTest {
    @ParameterizedTest
    @CsvSource({"false, 532, 2", "true, 533, 1"})
    void findsMembersInNamelessStructuresAndBitFields(boolean bitField, int offset, int bytes) throws Exception {
        SocketLayout layout = SocketLayout.find(BtfTypes.read(ByteBuffer.wrap(BtfBlob.kernel(bitField, true))));
        assertEquals(new BtfTypes.Member(offset, bytes), layout.protocol());
        assertEquals(16, layout.family());
        assertEquals(48, layout.network());
        assertEquals(176, layout.namespaceInode());
        assertEquals(12, layout.remotePort());
        assertEquals(814, layout.localPort());
        assertEquals(808, layout.localIpv4());
        assertEquals(56, layout.remoteIpv6());
        assertEquals(72, layout.localIpv6());
        assertTrue(layout.tracepointType() > 0);
    }

    @Test
    void doesWithoutIpv6() throws Exception {
        assertEquals(
                0,
                SocketLayout.find(BtfTypes.read(ByteBuffer.wrap(BtfBlob.kernel(false, false))))
                        .localIpv6());
    }

    @Test
    void namesWhatIsMissing() throws Exception {
        BtfBlob btf = new BtfBlob();
        btf.structure(4, "sock", 8, new BtfBlob.Member("other", btf.integer("int", 4), 0, 0));
        BtfTypes types = BtfTypes.read(ByteBuffer.wrap(btf.build()));
        assertTrue(message(() -> types.member("sock", "sk_protocol")).contains("no member sk_protocol"));
        assertTrue(message(() -> types.member("net", "ns")).contains("no struct net"));
        assertEquals(0, types.typedef("btf_trace_inet_sock_set_state"));
        assertEquals(
                -1,
                assertThrows(MalformedTypesException.class, () -> types.member("net", "ns"))
                        .offset());
    }

    @Test
    void refusesMembersThatAreNotWholeBytes() throws Exception {
        BtfBlob btf = new BtfBlob();
        btf.structure(4, "sock", 8, new BtfBlob.Member("sk_protocol", btf.integer("int", 4), 3, 8));
        BtfTypes types = BtfTypes.read(ByteBuffer.wrap(btf.build()));
        assertTrue(message(() -> types.member("sock", "sk_protocol")).contains("not whole bytes"));
    }

    @Test
    void refusesTypesThatContainThemselves() throws Exception {
        BtfBlob btf = new BtfBlob();
        // Type 1 is what both members are; the name that is looked for is in none.
        btf.structure(4, "sock", 8, new BtfBlob.Member("", 1, 0, 0), new BtfBlob.Member("", 1, 0, 0));
        BtfTypes types = BtfTypes.read(ByteBuffer.wrap(btf.build()));
        assertTrue(message(() -> types.member("sock", "sk_protocol")).contains("contain each other"));
        BtfBlob names = new BtfBlob();
        names.type(8, "a", 2);
        names.type(8, "b", 1);
        names.structure(4, "sock", 8, new BtfBlob.Member("sk_protocol", 1, 0, 0));
        BtfTypes circle = BtfTypes.read(ByteBuffer.wrap(names.build()));
        assertTrue(message(() -> circle.member("sock", "sk_protocol")).contains("a name for itself"));
    }

    private interface Looking {
        void look() throws MalformedTypesException;
    }

    private static String message(Looking look) {
        return String.valueOf(
                assertThrows(MalformedTypesException.class, look::look).getMessage());
    }

    /** Either a layout or a typed refusal, never another exception. */
    private static boolean survives(byte[] file, String what) {
        try {
            SocketLayout.find(BtfTypes.read(ByteBuffer.wrap(file)));
            return true;
        } catch (MalformedTypesException refused) {
            return false;
        } catch (RuntimeException | StackOverflowError wrong) {
            throw new AssertionError(what, wrong);
        }
    }

    @Test
    void refusesWhatIsCutShort() {
        byte[] whole = BtfBlob.kernel(false, true);
        for (int length = 0; length < whole.length; length++) {
            assertTrue(!survives(Arrays.copyOf(whole, length), "cut to " + length), "cut to " + length);
        }
        assertTrue(survives(whole, "whole"));
    }

    @Test
    void survivesEveryFlippedBit() {
        byte[] whole = BtfBlob.kernel(true, true);
        int refused = 0;
        for (int bit = 0; bit < 8 * whole.length; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            refused += survives(flipped, "bit " + bit) ? 0 : 1;
        }
        assertTrue(refused > 100, "refused " + refused);
    }

    @Test
    void survivesRandomDamage() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        byte[] whole = BtfBlob.kernel(false, true);
        for (int round = 0; round < 5000; round++) {
            byte[] damaged = whole.clone();
            for (int i = random.nextInt(1, 12); i > 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            survives(damaged, "seed " + seed + ", round " + round);
        }
    }
}
