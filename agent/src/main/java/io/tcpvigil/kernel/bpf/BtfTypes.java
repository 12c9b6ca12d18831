// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import io.tcpvigil.Nullable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Where the members of the kernel's structures are, from the BTF of a kernel (Documentation/bpf/btf.rst). Made for a few
 * look-ups: one pass over the types notes where each begins, nothing is copied.
 *
 * <pre>
 * struct btf_header { __u16 magic; __u8 version; __u8 flags; __u32 hdr_len;
 *                     __u32 type_off; __u32 type_len; __u32 str_off; __u32 str_len; };
 * struct btf_type   { __u32 name_off; __u32 info; __u32 size_or_type; };   // info: vlen 0-15, kind 24-28, kind_flag 31
 * struct btf_member { __u32 name_off; __u32 type; __u32 offset; };         // bits; with kind_flag the size in 24-31
 * </pre>
 *
 * <p>All in the order of the CPU. Measured with the 5.5 MB and 126,585 types of a 6.18 kernel on two busy CPUs, JDK 17:
 * 20 ms to read, 13 ms to find the types and 6 ms to look up ten members in a JVM that has just started; 8, 1 and 0.3 ms
 * when it is warm.
 */
final class BtfTypes {
    private static final int MAGIC = 0xeb9f;
    private static final int HEADER_BYTES = 24;
    private static final int TYPE_BYTES = 12;
    private static final int MEMBER_BYTES = 12;
    /** Structures within structures, and names for names of types: no real kernel comes near. */
    private static final int DEEPEST = 32;

    /** Structures that all look-ups together may go through. */
    private static final int MOST_LOOKS = 100_000;

    private static final int KIND_INT = 1;
    private static final int KIND_STRUCT = 4;
    private static final int KIND_UNION = 5;
    private static final int KIND_TYPEDEF = 8;
    private static final int KIND_VOLATILE = 9;
    private static final int KIND_CONST = 10;
    private static final int KIND_RESTRICT = 11;
    private static final int KIND_TYPE_TAG = 18;

    /** Bytes behind a type: fixed, and for each of its vlen parts. Kinds from 0 to 19 (ENUM64). */
    private static final int[] FIXED = {0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0};

    private static final int[] PER_PART = {0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12};

    /**
     * A member.
     *
     * @param offset bytes from the start of the structure that was asked
     * @param bytes its size; of a bit field that is whole bytes, too
     */
    record Member(int offset, int bytes) {}

    private final ByteBuffer bytes;
    private final int stringsStart;
    private final int stringsEnd;
    private int[] starts = new int[1 << 17];
    private final Map<String, Integer> structures = new HashMap<>();
    private int types = 1;
    private int looks;

    private BtfTypes(ByteBuffer bytes, int stringsStart, int stringsEnd) {
        this.bytes = bytes;
        this.stringsStart = stringsStart;
        this.stringsEnd = stringsEnd;
    }

    /**
     * Finds where each type begins.
     *
     * @param file all of it, from 0 to its limit; in use as long as this object is
     */
    static BtfTypes read(ByteBuffer file) throws MalformedTypesException {
        ByteBuffer header = file.duplicate().order(ByteOrder.nativeOrder());
        if (file.limit() < HEADER_BYTES || (header.getShort(0) & 0xFFFF) != MAGIC) {
            throw new MalformedTypesException(0, "this is no BTF");
        }
        if (file.get(2) != 1) {
            throw new MalformedTypesException(2, "BTF version " + file.get(2));
        }
        long start = Integer.toUnsignedLong(header.getInt(4));
        long typesStart = start + Integer.toUnsignedLong(header.getInt(8));
        long typesEnd = typesStart + Integer.toUnsignedLong(header.getInt(12));
        long stringsStart = start + Integer.toUnsignedLong(header.getInt(16));
        long stringsEnd = stringsStart + Integer.toUnsignedLong(header.getInt(20));
        if (start < HEADER_BYTES
                || typesEnd > file.limit()
                || stringsEnd > file.limit()
                || stringsEnd == stringsStart) {
            throw new MalformedTypesException(4, "sections reach past the end");
        }
        if (file.get((int) stringsEnd - 1) != 0) {
            throw new MalformedTypesException((int) stringsEnd - 1, "the strings have no end");
        }
        BtfTypes read = new BtfTypes(header, (int) stringsStart, (int) stringsEnd);
        read.findTypes((int) typesStart, (int) typesEnd);
        return read;
    }

    private void findTypes(int start, int end) throws MalformedTypesException {
        int at = start;
        while (at < end) {
            if (end - at < TYPE_BYTES) {
                throw new MalformedTypesException(at, "half a type");
            }
            int kind = kind(at);
            if (kind == 0 || kind >= FIXED.length) {
                throw new MalformedTypesException(at, "type of unknown kind " + kind);
            }
            if (types == starts.length) {
                starts = Arrays.copyOf(starts, 2 * types);
            }
            starts[types] = at;
            types++;
            long next = (long) at + TYPE_BYTES + FIXED[kind] + (long) PER_PART[kind] * parts(at);
            if (next > end) {
                throw new MalformedTypesException(at, "parts reach past the last type");
            }
            at = (int) next;
        }
    }

    /** How many types there are. */
    int count() {
        return types - 1;
    }

    /**
     * Finds a member, also inside structures and unions that have no name.
     *
     * @param structure its name, without {@code struct}
     * @param path the member, then the member of that one, and so on; none of them behind a pointer
     */
    Member member(String structure, String... path) throws MalformedTypesException {
        int at = findStructure(structure);
        long offset = 0;
        Member found = new Member(0, 0);
        for (String name : path) {
            Found member = find(at, name, 0);
            if (member == null) {
                throw new MalformedTypesException(-1, "struct " + structure + " has no member " + name);
            }
            if (member.bitOffset % 8 != 0 || member.bits % 8 != 0) {
                throw new MalformedTypesException(
                        -1, "member " + name + " of struct " + structure + " is not whole bytes");
            }
            offset += member.bitOffset / 8;
            if (offset > Short.MAX_VALUE) {
                throw new MalformedTypesException(
                        -1, "struct " + structure + " has " + name + " too far from its start");
            }
            at = member.type;
            found = new Member((int) offset, member.bits == 0 ? size(at) : member.bits / 8);
        }
        return found;
    }

    /** A member as it stands: in bits; {@code bits} is 0 unless it is a bit field; {@code type} is where its type begins. */
    private record Found(long bitOffset, int bits, int type) {}

    private @Nullable Found find(int structure, String name, int depth) throws MalformedTypesException {
        int kind = kind(structure);
        if (kind != KIND_STRUCT && kind != KIND_UNION) {
            return null;
        }
        looks++;
        if (depth > DEEPEST || looks > MOST_LOOKS) {
            throw new MalformedTypesException(structure, "structures without names that contain each other");
        }
        boolean bitFields = bytes.getInt(structure + 4) < 0;
        for (int i = 0; i < parts(structure); i++) {
            int member = structure + TYPE_BYTES + i * MEMBER_BYTES;
            int nameOffset = bytes.getInt(member);
            int where = bytes.getInt(member + 8);
            long bitOffset = bitFields ? where & 0xFF_FFFF : Integer.toUnsignedLong(where);
            if (nameOffset == 0) {
                Found inside = find(type(bytes.getInt(member + 4), member), name, depth + 1);
                if (inside != null) {
                    return new Found(bitOffset + inside.bitOffset, inside.bits, inside.type);
                }
            } else if (isNamed(nameOffset, name)) {
                return new Found(bitOffset, bitFields ? where >>> 24 : 0, type(bytes.getInt(member + 4), member));
            }
        }
        return null;
    }

    /** The number of a name for a type, by which bpf(2) knows it; 0 when there is none. */
    int typedef(String name) {
        for (int i = 1; i < types; i++) {
            if (kind(starts[i]) == KIND_TYPEDEF && isNamed(bytes.getInt(starts[i]), name)) {
                return i;
            }
        }
        return 0;
    }

    private int findStructure(String name) throws MalformedTypesException {
        Integer known = structures.get(name);
        if (known != null) {
            return known;
        }
        for (int i = 1; i < types; i++) {
            int at = starts[i];
            if (kind(at) == KIND_STRUCT && parts(at) > 0 && isNamed(bytes.getInt(at), name)) {
                structures.put(name, at);
                return at;
            }
        }
        throw new MalformedTypesException(-1, "no struct " + name);
    }

    /** Where the type with the number begins, past typedefs and qualifiers. */
    private int type(int number, int from) throws MalformedTypesException {
        int id = number;
        for (int depth = 0; depth < DEEPEST; depth++) {
            if (id <= 0 || id >= types) {
                throw new MalformedTypesException(from, "no type " + id);
            }
            int at = starts[id];
            switch (kind(at)) {
                case KIND_TYPEDEF, KIND_VOLATILE, KIND_CONST, KIND_RESTRICT, KIND_TYPE_TAG -> id = bytes.getInt(at + 8);
                default -> {
                    return at;
                }
            }
        }
        throw new MalformedTypesException(from, "a type that is a name for itself");
    }

    /** Bytes of a value of the type; of what is neither a number nor a structure (pointers, arrays) 0. */
    private int size(int at) {
        return switch (kind(at)) {
            case KIND_INT, KIND_STRUCT, KIND_UNION -> bytes.getInt(at + 8);
            default -> 0;
        };
    }

    private int kind(int at) {
        return bytes.getInt(at + 4) >>> 24 & 0x1F;
    }

    private int parts(int at) {
        return bytes.getInt(at + 4) & 0xFFFF;
    }

    private boolean isNamed(int nameOffset, String name) {
        long at = stringsStart + Integer.toUnsignedLong(nameOffset);
        if (at + name.length() >= stringsEnd) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (bytes.get((int) at + i) != name.charAt(i)) {
                return false;
            }
        }
        return bytes.get((int) at + name.length()) == 0;
    }
}
