// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.libc;

import java.lang.invoke.VarHandle;
import jnr.ffi.Pointer;

/**
 * Memory that the kernel shares with this process, read and written in place and in the order of this CPU. Nothing may be
 * read after {@link #close}. Not thread-safe.
 */
public final class MappedMemory implements AutoCloseable {
    private final Libc libc;
    private final long address;
    private final long length;
    private final Pointer memory;
    private boolean open = true;

    MappedMemory(Libc libc, long address, long length) {
        this.libc = libc;
        this.address = address;
        this.length = length;
        this.memory = Pointer.wrap(libc.runtime(), address, length);
    }

    public byte getByte(long offset) {
        return memory.getByte(offset);
    }

    public short getShort(long offset) {
        return memory.getShort(offset);
    }

    public int getInt(long offset) {
        return memory.getInt(offset);
    }

    public long getLong(long offset) {
        return memory.getLongLong(offset);
    }

    /** What is read after this was written before the value that this gives. */
    public int getIntAcquire(long offset) {
        int value = memory.getInt(offset);
        VarHandle.acquireFence();
        return value;
    }

    /** What is read after this was written before the value that this gives. */
    public long getLongAcquire(long offset) {
        long value = memory.getLongLong(offset);
        VarHandle.acquireFence();
        return value;
    }

    /** Whoever sees the value may overwrite what was read before. */
    public void putLongRelease(long offset, long value) {
        VarHandle.releaseFence();
        memory.putLongLong(offset, value);
    }

    @Override
    public void close() {
        if (!open) {
            return;
        }
        open = false;
        try {
            libc.unmap(address, length);
        } catch (SyscallException failure) {
            // EINVAL: not our mapping, which is a defect of this program.
            throw new IllegalStateException("unmapping shared memory", failure);
        }
    }
}
