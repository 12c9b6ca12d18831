// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.libc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.Pointer;

/** Memory outside the heap that a system call fills and Java reads in place. Freed with the object. */
public final class NativeBuffer {
    private final ByteBuffer bytes;
    private final Pointer pointer;

    private NativeBuffer(ByteBuffer bytes, Pointer pointer) {
        this.bytes = bytes;
        this.pointer = pointer;
    }

    /** A zeroed buffer of {@code capacity} bytes. */
    public static NativeBuffer allocate(Libc libc, int capacity) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
        return new NativeBuffer(bytes, Pointer.wrap(libc.runtime(), bytes));
    }

    /** The same memory as a buffer in this CPU's byte order. */
    public ByteBuffer bytes() {
        return bytes;
    }

    public int capacity() {
        return bytes.capacity();
    }

    /** Where the memory begins, for structures that hold pointers; good while this object is reachable. */
    public long address() {
        return pointer.address();
    }

    Pointer pointer() {
        return pointer;
    }
}
