// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.NativeBuffer;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.kernel.libc.SyscallNumbers;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * bpf(2) and what goes with it, one method a command. Layouts are of {@code union bpf_attr} in
 * {@code include/uapi/linux/bpf.h}; bytes that a command does not use are 0. Not thread-safe.
 */
final class Bpf {
    private static final int MAP_CREATE = 0;
    private static final int MAP_LOOKUP_ELEM = 1;
    private static final int MAP_GET_NEXT_KEY = 4;
    private static final int PROG_LOAD = 5;
    private static final int OBJ_GET_INFO_BY_FD = 15;
    private static final int RAW_TRACEPOINT_OPEN = 17;
    private static final int MAP_LOOKUP_BATCH = 24;

    static final int PROG_TYPE_TRACEPOINT = 5;
    static final int PROG_TYPE_RAW_TRACEPOINT = 17;
    static final int PROG_TYPE_TRACING = 26;
    private static final int BPF_TRACE_RAW_TP = 23;

    private static final int ENOENT = 2;
    private static final int ATTR_BYTES = 128;
    private static final int NAME_BYTES = 15;
    private static final int LOG_BYTES = 1 << 20;

    /** struct bpf_prog_info: {@code __u64 recursion_misses} at 208, since 5.12. */
    private static final int INFO_BYTES = 216;

    private static final int INFO_MISSES_OFFSET = 208;

    /** struct perf_event_attr up to PERF_ATTR_SIZE_VER5; {@code type} PERF_TYPE_TRACEPOINT, {@code config} its id. */
    private static final int PERF_ATTR_BYTES = 112;

    private static final int PERF_TYPE_TRACEPOINT = 2;
    private static final int PERF_SAMPLE_RAW = 0x400;
    private static final int PERF_FLAG_FD_CLOEXEC = 8;
    /** {@code include/uapi/linux/perf_event.h}: _IOW('$', 8, __u32). */
    private static final long PERF_EVENT_IOC_SET_BPF = 0x40042408L;

    private final Libc libc;
    private final SyscallNumbers numbers;
    private final NativeBuffer attr;
    private final ByteBuffer fields;

    Bpf(Libc libc, SyscallNumbers numbers) {
        this.libc = libc;
        this.numbers = numbers;
        this.attr = NativeBuffer.allocate(libc, ATTR_BYTES);
        this.fields = attr.bytes();
    }

    /** Makes a map; {@code capacity} of a ring buffer is bytes, a power of two and of pages. */
    BpfMap createMap(BpfMap.Kind kind, String name, int keyBytes, int valueBytes, int capacity)
            throws SyscallException {
        // __u32 map_type, key_size, value_size, max_entries, map_flags, inner_map_fd, numa_node; char map_name[16] at
        // 28
        clear();
        fields.putInt(0, kind.number).putInt(4, keyBytes).putInt(8, valueBytes).putInt(12, capacity);
        putName(28, name);
        return new BpfMap(kind, call("bpf(BPF_MAP_CREATE)", MAP_CREATE, 72), keyBytes, valueBytes, capacity);
    }

    /**
     * Loads a program.
     *
     * @param tracepointType of {@link #PROG_TYPE_TRACING} the number of the tracepoint's type, else 0
     * @return its descriptor
     * @throws ProgramRejectedException with the verifier's log
     */
    int load(int type, int tracepointType, String name, byte[] instructions) throws ProgramRejectedException {
        NativeBuffer code = NativeBuffer.allocate(libc, instructions.length);
        code.bytes().put(0, instructions);
        NativeBuffer license = text("GPL");
        SyscallException first;
        try {
            return load(type, tracepointType, name, code, license, null);
        } catch (SyscallException failure) {
            first = failure;
        }
        // Once more for the words: a log makes every load slower, so the first was without.
        NativeBuffer log = NativeBuffer.allocate(libc, LOG_BYTES);
        try {
            return load(type, tracepointType, name, code, license, log);
        } catch (SyscallException again) {
            throw new ProgramRejectedException(first, read(log));
        }
    }

    private int load(
            int type,
            int tracepointType,
            String name,
            NativeBuffer code,
            NativeBuffer license,
            @Nullable NativeBuffer log)
            throws SyscallException {
        // __u32 prog_type, insn_cnt; __aligned_u64 insns, license; __u32 log_level, log_size; __aligned_u64 log_buf;
        // __u32 kern_version, prog_flags; char prog_name[16] at 48; __u32 prog_ifindex, expected_attach_type at 68;
        // ... __u32 attach_btf_id at 108
        clear();
        fields.putInt(0, type).putInt(4, code.capacity() / 8);
        fields.putLong(8, code.address()).putLong(16, license.address());
        if (log != null) {
            fields.putInt(24, 1).putInt(28, log.capacity()).putLong(32, log.address());
        }
        putName(48, name);
        if (tracepointType != 0) {
            fields.putInt(68, BPF_TRACE_RAW_TP).putInt(108, tracepointType);
        }
        return call("bpf(BPF_PROG_LOAD)", PROG_LOAD, ATTR_BYTES, code, license, log == null ? code : log);
    }

    /**
     * Runs the program at every event of a tracepoint, until the descriptor that it gives is closed.
     *
     * @param tracepoint its name; empty when the program was loaded for one
     */
    int openRawTracepoint(String tracepoint, int program) throws SyscallException {
        // __u64 name; __u32 prog_fd
        NativeBuffer name = text(tracepoint);
        clear();
        fields.putLong(0, tracepoint.isEmpty() ? 0 : name.address()).putInt(8, program);
        return call("bpf(BPF_RAW_TRACEPOINT_OPEN)", RAW_TRACEPOINT_OPEN, 16, name);
    }

    /**
     * Runs the program at every event of a tracepoint, on all CPUs, until the descriptor that it gives is closed: a program
     * hangs on the tracepoint, not on the CPU of the event that brought it there.
     *
     * @param id from the tracepoint's directory in tracefs
     */
    int openTracepoint(int id, int program) throws SyscallException {
        // __u32 type, size; __u64 config, sample_period, sample_type, read_format, flags; __u32 wakeup_events
        NativeBuffer event = NativeBuffer.allocate(libc, PERF_ATTR_BYTES);
        event.bytes()
                .putInt(0, PERF_TYPE_TRACEPOINT)
                .putInt(4, PERF_ATTR_BYTES)
                .putLong(8, id)
                .putLong(16, 1)
                .putLong(24, PERF_SAMPLE_RAW)
                .putInt(48, 1);
        int fd;
        try {
            fd = (int) libc.systemCall(
                    "perf_event_open", numbers.perfEventOpen(), event.address(), -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
        } finally {
            Reference.reachabilityFence(event);
        }
        try {
            libc.ioctl(fd, PERF_EVENT_IOC_SET_BPF, program);
            return fd;
        } catch (SyscallException failure) {
            libc.close(fd);
            throw failure;
        }
    }

    /** Copies the value for a key; of a per-CPU map the values of all possible CPUs. */
    void lookup(BpfMap map, NativeBuffer key, NativeBuffer value) throws SyscallException {
        // __u32 map_fd; __aligned_u64 key, value; __u64 flags
        clear();
        fields.putInt(0, map.fd()).putLong(8, key.address()).putLong(16, value.address());
        call("bpf(BPF_MAP_LOOKUP_ELEM)", MAP_LOOKUP_ELEM, 32, key, value);
    }

    /**
     * Finds the key after one.
     *
     * @param key the one before; that the map does not have it any more starts anew
     * @param first whether to start at the beginning instead
     */
    void nextKey(BpfMap map, NativeBuffer key, boolean first, NativeBuffer next) throws SyscallException {
        clear();
        fields.putInt(0, map.fd()).putLong(8, first ? 0 : key.address()).putLong(16, next.address());
        call("bpf(BPF_MAP_GET_NEXT_KEY)", MAP_GET_NEXT_KEY, 32, key, next);
    }

    /** What a batch left. */
    record Batch(int entries, boolean last) {}

    /**
     * Copies many entries. Since 5.6.
     *
     * @param position where to go on, for the kernel to write and read
     * @param first whether to start at the beginning instead
     */
    Batch lookupBatch(BpfMap map, NativeBuffer position, boolean first, NativeBuffer keys, NativeBuffer values)
            throws SyscallException {
        // __aligned_u64 in_batch, out_batch, keys, values; __u32 count, map_fd; __u64 elem_flags, flags
        clear();
        fields.putLong(0, first ? 0 : position.address()).putLong(8, position.address());
        fields.putLong(16, keys.address()).putLong(24, values.address());
        fields.putInt(32, Math.min(keys.capacity() / map.keyBytes(), values.capacity() / map.valueBytes()));
        fields.putInt(36, map.fd());
        try {
            call("bpf(BPF_MAP_LOOKUP_BATCH)", MAP_LOOKUP_BATCH, 56, position, keys, values);
            return new Batch(fields.getInt(32), false);
        } catch (SyscallException end) {
            if (end.errno() == ENOENT) {
                return new Batch(fields.getInt(32), true);
            }
            throw end;
        }
    }

    /**
     * How often a program was not run because it ran already on that CPU: an interrupt came in between.
     *
     * @return -1 when the kernel does not tell, which it does since 5.12
     */
    long recursionMisses(int program) throws SyscallException {
        // __u32 bpf_fd, info_len; __aligned_u64 info
        NativeBuffer info = NativeBuffer.allocate(libc, INFO_BYTES);
        clear();
        fields.putInt(0, program).putInt(4, INFO_BYTES).putLong(8, info.address());
        call("bpf(BPF_OBJ_GET_INFO_BY_FD)", OBJ_GET_INFO_BY_FD, 16, info);
        return fields.getInt(4) < INFO_BYTES ? -1 : info.bytes().getLong(INFO_MISSES_OFFSET);
    }

    /** Makes the call; {@code pointedAt} is memory that the attributes have addresses of, and so must outlive it. */
    private int call(String operation, int command, int size, NativeBuffer... pointedAt) throws SyscallException {
        try {
            return (int) libc.systemCall(operation, numbers.bpf(), command, attr.address(), size);
        } finally {
            Reference.reachabilityFence(pointedAt);
        }
    }

    private void clear() {
        for (int i = 0; i < ATTR_BYTES; i += Long.BYTES) {
            fields.putLong(i, 0);
        }
    }

    private void putName(int offset, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        fields.put(offset, bytes, 0, Math.min(bytes.length, NAME_BYTES));
    }

    private NativeBuffer text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        NativeBuffer buffer = NativeBuffer.allocate(libc, bytes.length + 1);
        buffer.bytes().put(0, bytes);
        return buffer;
    }

    private static String read(NativeBuffer log) {
        ByteBuffer bytes = log.bytes().duplicate().order(ByteOrder.nativeOrder());
        int end = 0;
        while (end < bytes.capacity() && bytes.get(end) != 0) {
            end++;
        }
        byte[] text = new byte[end];
        bytes.get(0, text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
