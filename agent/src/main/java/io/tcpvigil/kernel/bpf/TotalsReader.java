// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.NativeBuffer;
import io.tcpvigil.kernel.libc.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Copies the maps of a probe into {@link TransitionTotals}; all buffers are made once. */
final class TotalsReader {
    private static final Path POSSIBLE_CPUS = Path.of("/sys/devices/system/cpu/possible");
    private static final int VALUE_BYTES = TotalsLayout.BYTES;
    private static final int EINVAL = 22;
    private static final int ENOENT = 2;

    private final Bpf bpf;
    private final TransitionProgram.Maps maps;
    private final int program;
    private final int cpus;
    private final NativeBuffer zeroKey;
    private final NativeBuffer totals;
    private final NativeBuffer portKeys;
    private final NativeBuffer portValues;
    private final NativeBuffer position;
    private boolean inBatches = true;

    TotalsReader(Libc libc, Bpf bpf, TransitionProgram.Maps maps, int program) throws IOException {
        this.bpf = bpf;
        this.maps = maps;
        this.program = program;
        this.cpus = possibleCpus(Files.readString(POSSIBLE_CPUS));
        this.zeroKey = NativeBuffer.allocate(libc, maps.totals().keyBytes());
        this.totals = NativeBuffer.allocate(libc, cpus * VALUE_BYTES);
        this.portKeys = NativeBuffer.allocate(
                libc, maps.ports().capacity() * maps.ports().keyBytes());
        this.portValues = NativeBuffer.allocate(
                libc, maps.ports().capacity() * maps.ports().valueBytes());
        this.position = NativeBuffer.allocate(libc, 8);
    }

    /** How many CPUs {@code 0-3,8} are, counted from 0 to the last: the kernel has a value for each. */
    static int possibleCpus(String list) throws IOException {
        String text = list.strip();
        int start = Math.max(text.lastIndexOf('-'), text.lastIndexOf(',')) + 1;
        try {
            return Integer.parseInt(text.substring(start)) + 1;
        } catch (NumberFormatException wrong) {
            throw new IOException(POSSIBLE_CPUS + " says '" + text + "'", wrong);
        }
    }

    void read(TransitionTotals into) throws SyscallException {
        into.clear();
        bpf.lookup(maps.totals(), zeroKey, totals);
        for (int cpu = 0; cpu < cpus; cpu++) {
            into.add(totals.bytes(), cpu * VALUE_BYTES);
        }
        into.missed(bpf.recursionMisses(program));
        if (inBatches) {
            inBatches = readBatches(into);
        }
        if (!inBatches) {
            readOneByOne(into);
        }
    }

    /** False when this kernel has no batches: it is older than 5.6. */
    private boolean readBatches(TransitionTotals into) throws SyscallException {
        boolean first = true;
        Bpf.Batch batch;
        do {
            try {
                batch = bpf.lookupBatch(maps.ports(), position, first, portKeys, portValues);
            } catch (SyscallException failure) {
                if (first && failure.errno() == EINVAL) {
                    return false;
                }
                throw failure;
            }
            for (int i = 0; i < batch.entries(); i++) {
                into.addPort(
                        portKeys.bytes().getInt(i * maps.ports().keyBytes()),
                        portValues.bytes(),
                        i * maps.ports().valueBytes());
            }
            first = false;
        } while (!batch.last());
        return true;
    }

    private void readOneByOne(TransitionTotals into) throws SyscallException {
        // A port that is forgotten in between makes the walk begin anew; it must end all the same.
        for (int i = 0; i < maps.ports().capacity(); i++) {
            int step = i;
            if (!isThere(() -> bpf.nextKey(maps.ports(), portKeys, step == 0, portKeys))) {
                return;
            }
            if (isThere(() -> bpf.lookup(maps.ports(), portKeys, portValues))) {
                into.addPort(portKeys.bytes().getInt(0), portValues.bytes(), 0);
            }
        }
    }

    private interface Call {
        void make() throws SyscallException;
    }

    private static boolean isThere(Call call) throws SyscallException {
        try {
            call.make();
            return true;
        } catch (SyscallException failure) {
            if (failure.errno() == ENOENT) {
                return false;
            }
            throw failure;
        }
    }
}
