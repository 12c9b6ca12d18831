// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** The descriptors of a probe: maps, program, attachment. The kernel undoes all when they are closed. */
final class ProbeParts implements AutoCloseable {
    private static final int EACCES = 13;
    private static final int EINVAL = 22;
    private static final String PROGRAM_NAME = "tcpvigil_state";

    private final Libc libc;
    private final Bpf bpf;
    private final BpfMap totals;
    private final BpfMap ports;
    private final @Nullable BpfMap ring;
    private TransitionProgram.@Nullable Maps maps;
    private final Deque<Integer> descriptors;
    private int program = -1;
    private int unattached = Integer.MAX_VALUE;
    private boolean typed;

    private ProbeParts(
            Libc libc, Bpf bpf, BpfMap totals, BpfMap ports, @Nullable BpfMap ring, Deque<Integer> descriptors) {
        this.libc = libc;
        this.bpf = bpf;
        this.totals = totals;
        this.ports = ports;
        this.ring = ring;
        this.descriptors = descriptors;
    }

    static ProbeParts createMaps(Libc libc, Bpf bpf, TransitionProbe.Settings settings) throws SyscallException {
        Deque<Integer> descriptors = new ArrayDeque<>();
        try {
            BpfMap totals = bpf.createMap(BpfMap.Kind.PER_CPU_ARRAY, "tcpvigil_totals", 4, TotalsLayout.BYTES, 1);
            descriptors.push(totals.fd());
            BpfMap ports = bpf.createMap(
                    BpfMap.Kind.LRU_HASH, "tcpvigil_ports", Integer.BYTES, TotalsLayout.PORT_BYTES, settings.ports());
            descriptors.push(ports.fd());
            BpfMap ring = null;
            if (settings.events()) {
                ring = bpf.createMap(BpfMap.Kind.RING_BUFFER, "tcpvigil_events", 0, 0, settings.ringBytes());
                descriptors.push(ring.fd());
            }
            return new ProbeParts(libc, bpf, totals, ports, ring, descriptors);
        } catch (SyscallException failure) {
            closeTo(libc, descriptors, 0);
            throw failure;
        }
    }

    /**
     * Loads the program.
     *
     * @param layout where a socket keeps things; null when that is not known
     * @param format the tracepoint's record; null for the raw tracepoint
     * @param best the first to be tried
     */
    void load(
            @Nullable SocketLayout layout,
            @Nullable TracepointFormat format,
            TransitionProbe.Settings settings,
            Variant best)
            throws IOException {
        IOException first = null;
        int common = descriptors.size();
        for (Variant variant : Variant.values()) {
            if (variant.compareTo(best) >= 0 && variant.fits(layout, format)) {
                try {
                    loadAs(layout, format, settings, variant);
                    return;
                } catch (ProgramRejectedException failure) {
                    closeTo(common);
                    first = first == null ? failure : first;
                    if (failure.failure().errno() != EINVAL && failure.failure().errno() != EACCES) {
                        throw failure;
                    }
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Ways to read and to remember a socket, the best first; what an older kernel does not know it refuses. */
    enum Variant {
        TYPED(Helper.PROBE_READ_KERNEL, true),
        PROBED(Helper.PROBE_READ_KERNEL, true),
        TYPED_BEFORE_5_12(Helper.PROBE_READ_KERNEL, false),
        PROBED_BEFORE_5_12(Helper.PROBE_READ_KERNEL, false),
        PROBED_BEFORE_5_5(Helper.PROBE_READ, false);

        private final Helper probeRead;
        /** Whether places in a table are claimed, beside the map. */
        private final boolean table;

        Variant(Helper probeRead, boolean table) {
            this.probeRead = probeRead;
            this.table = table;
        }

        private boolean isTyped() {
            return this == TYPED || this == TYPED_BEFORE_5_12;
        }

        private boolean fits(@Nullable SocketLayout layout, @Nullable TracepointFormat format) {
            return switch (this) {
                case TYPED, TYPED_BEFORE_5_12 -> layout != null && format == null && layout.tracepointType() != 0;
                case PROBED, PROBED_BEFORE_5_12 -> true;
                case PROBED_BEFORE_5_5 -> layout != null;
            };
        }
    }

    private void loadAs(
            @Nullable SocketLayout layout,
            @Nullable TracepointFormat format,
            TransitionProbe.Settings settings,
            Variant variant)
            throws IOException {
        TransitionProgram.Maps used = withSockets(settings.sockets(), variant.table);
        maps = used;
        RawFields raw = layout == null ? null : new RawFields(layout, variant.probeRead, variant.isTyped());
        TransitionFields fields = format == null ? raw : RecordFields.of(format);
        if (fields == null) {
            throw new IllegalArgumentException("neither a layout nor a format");
        }
        TransitionProgram code = new TransitionProgram(fields, used, raw, (int) settings.namespaceInode());
        program = bpf.load(fields.programType(), fields.tracepointType(), PROGRAM_NAME, code.assemble());
        typed = variant.isTyped();
        descriptors.push(program);
    }

    /**
     * Makes room for sockets: a table of twice as many places, in which one set of four is full when others are not, and
     * an eighth of them for what its set has no place for; or all of them in the map.
     */
    private TransitionProgram.Maps withSockets(int sockets, boolean inTable) throws SyscallException {
        BpfMap table = null;
        if (inTable) {
            int sets = Integer.highestOneBit(Math.max(2 * sockets / TransitionProgram.WAYS, 1) * 2 - 1);
            table = bpf.createMap(BpfMap.Kind.ARRAY, "tcpvigil_socks", 4, TransitionProgram.SET_BYTES, sets);
            descriptors.push(table.fd());
        }
        int rest = inTable ? Math.max(sockets / 8, 1) : sockets;
        BpfMap overflow = bpf.createMap(BpfMap.Kind.HASH, "tcpvigil_socks2", 8, TransitionProgram.ENTRY_BYTES, rest);
        descriptors.push(overflow.fd());
        return new TransitionProgram.Maps(totals, table, overflow, ports, ring);
    }

    /** Hangs the program on the tracepoint. */
    void attach(String tracepoint, @Nullable TracepointFormat format) throws SyscallException {
        unattached = descriptors.size();
        descriptors.push(
                format == null
                        ? bpf.openRawTracepoint(typed ? "" : tracepoint, program)
                        : bpf.openTracepoint(format.id(), program));
    }

    /** The maps of the program that was loaded. */
    TransitionProgram.Maps maps() {
        TransitionProgram.Maps used = maps;
        if (used == null) {
            throw new IllegalStateException("no program was loaded");
        }
        return used;
    }

    int program() {
        return program;
    }

    /** The attachment first. */
    @Override
    public void close() {
        closeTo(0);
    }

    /** Undoes {@link #attach}; the rest stays. */
    void detach() {
        closeTo(unattached);
    }

    private void closeTo(int left) {
        closeTo(libc, descriptors, left);
    }

    /** Closes the last ones but for so many. */
    private static void closeTo(Libc libc, Deque<Integer> descriptors, int left) {
        while (descriptors.size() > left) {
            try {
                libc.close(descriptors.pop());
            } catch (SyscallException failure) {
                // EBADF: somebody else closed our descriptor, which is a defect of this program.
                throw new IllegalStateException("closing a part of the probe", failure);
            }
        }
    }
}
