// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import java.util.HashMap;
import java.util.Map;

/**
 * The {@code format} file of a tracepoint: its number, and where each field of its record is (Documentation/trace/events.rst).
 *
 * <pre>
 * name: inet_sock_set_state
 * ID: 2287
 * format:
 *         field:unsigned short common_type;       offset:0;       size:2; signed:0;
 *
 *         field:const void * skaddr;      offset:8;       size:8; signed:0;
 *         field:__u8 saddr[4];    offset:32;      size:4; signed:0;
 *
 * print fmt: ...
 * </pre>
 *
 * <p>Offsets differ from kernel to kernel: {@code protocol} was one byte before 5.6, and some vendors' kernels have 8 bytes
 * more behind the common fields.
 */
final class TracepointFormat {
    /** The record of a tracepoint is at most a page. */
    private static final int LARGEST = 4096;

    /**
     * A field.
     *
     * @param offset bytes from the start of the record
     * @param bytes its size
     */
    record Field(int offset, int bytes) {}

    private final int id;
    private final Map<String, Field> fields;

    private TracepointFormat(int id, Map<String, Field> fields) {
        this.id = id;
        this.fields = fields;
    }

    static TracepointFormat parse(String text) throws MalformedTypesException {
        int id = -1;
        Map<String, Field> fields = new HashMap<>();
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            end = end < 0 ? text.length() : end;
            String line = text.substring(at, end).strip();
            if (line.startsWith("ID:")) {
                id = number(line.substring(3).strip(), at);
            } else if (line.startsWith("field:")) {
                Field field = new Field(value(line, "offset:", at), value(line, "size:", at));
                if (field.offset + field.bytes > LARGEST) {
                    throw new MalformedTypesException(at, "a field that ends at " + (field.offset + field.bytes));
                }
                fields.put(name(line, at), field);
            }
            at = end + 1;
        }
        if (id < 0) {
            throw new MalformedTypesException(-1, "a tracepoint without ID");
        }
        return new TracepointFormat(id, fields);
    }

    /** The last word of the declaration, without the length of an array. */
    private static String name(String line, int at) throws MalformedTypesException {
        int end = line.indexOf(';');
        String declaration = end < 0 ? "" : line.substring("field:".length(), end);
        int bracket = declaration.indexOf('[');
        String bare = (bracket < 0 ? declaration : declaration.substring(0, bracket)).strip();
        int blank = Math.max(bare.lastIndexOf(' '), bare.lastIndexOf('*'));
        if (blank < 0) {
            throw new MalformedTypesException(at, "a field without a name");
        }
        return bare.substring(blank + 1);
    }

    private static int value(String line, String key, int at) throws MalformedTypesException {
        int start = line.indexOf(key);
        int end = start < 0 ? -1 : line.indexOf(';', start);
        if (end < 0) {
            throw new MalformedTypesException(at, "a field without " + key);
        }
        return number(line.substring(start + key.length(), end), at);
    }

    private static int number(String text, int at) throws MalformedTypesException {
        try {
            int value = Integer.parseInt(text);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException none) {
            throw new MalformedTypesException(at, "'" + text + "' is no number");
        }
        throw new MalformedTypesException(at, "'" + text + "' is less than 0");
    }

    /** The number by which perf_event_open(2) knows the tracepoint; differs from boot to boot. */
    int id() {
        return id;
    }

    /**
     * Finds a field.
     *
     * @param sizes what its size may be
     */
    Field field(String name, int... sizes) throws MalformedTypesException {
        Field field = fields.get(name);
        if (field == null) {
            throw new MalformedTypesException(-1, "the tracepoint has no field " + name);
        }
        for (int size : sizes) {
            if (field.bytes == size) {
                return field;
            }
        }
        throw new MalformedTypesException(-1, "field " + name + " has " + field.bytes + " bytes");
    }
}
