// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.MappedMemory;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.kernel.libc.SyscallNumbers;

/**
 * The reader's side of a BPF ring buffer (Documentation/bpf/ringbuf.rst): a page with the position up to which we have read,
 * a page with the position up to which the kernel has written, then the data, mapped twice in a row so that no record
 * is ever broken. One reader.
 *
 * <pre>
 * record: u32 length (bit 31: being written; bit 30: to be skipped), u32 page, data; padded to 8 bytes
 * </pre>
 */
final class RingBuffer implements AutoCloseable {
    private static final int BUSY = 1 << 31;
    private static final int DISCARDED = 1 << 30;
    private static final int HEADER_BYTES = 8;
    private static final int EINTR = 4;

    /** Takes one record. */
    interface Reader {
        /**
         * Called for each record.
         *
         * @param offset where its data begins in {@code data}, which must not be kept
         */
        void record(MappedMemory data, long offset, int length);
    }

    private final Libc libc;
    private final int fd;
    private final MappedMemory consumer;
    private final MappedMemory producer;
    private final long pageBytes;
    private final long mask;
    private long position;

    private RingBuffer(Libc libc, BpfMap map, MappedMemory consumer, MappedMemory producer, long pageBytes) {
        this.libc = libc;
        this.fd = map.fd();
        this.consumer = consumer;
        this.producer = producer;
        this.pageBytes = pageBytes;
        this.mask = map.capacity() - 1L;
        this.position = consumer.getLongAcquire(0);
    }

    static RingBuffer open(Libc libc, SyscallNumbers numbers, BpfMap map) throws SyscallException {
        long pageBytes = libc.pageBytes();
        MappedMemory consumer = libc.map(numbers, map.fd(), 0, pageBytes, true);
        try {
            // The kernel refuses to have its own side mapped for writing.
            MappedMemory producer = libc.map(numbers, map.fd(), pageBytes, pageBytes + 2L * map.capacity(), false);
            return new RingBuffer(libc, map, consumer, producer, pageBytes);
        } catch (SyscallException failure) {
            consumer.close();
            throw failure;
        }
    }

    /**
     * Waits until there is something to read.
     *
     * @return whether there is
     */
    boolean await(int timeoutMillis) throws SyscallException {
        if (position != producer.getLongAcquire(0)) {
            return true;
        }
        try {
            return libc.pollReadable(fd, timeoutMillis);
        } catch (SyscallException failure) {
            if (failure.errno() == EINTR) {
                return false;
            }
            throw failure;
        }
    }

    /**
     * Reads what is there, {@code most} records at most.
     *
     * @return how many
     */
    int drain(Reader reader, int most) {
        long end = producer.getLongAcquire(0);
        int read = 0;
        while (position != end && read < most) {
            long at = pageBytes + (position & mask);
            int header = producer.getIntAcquire(at);
            if ((header & BUSY) != 0) {
                // Another CPU is still writing it; those behind it wait.
                break;
            }
            int length = header & ~DISCARDED;
            if ((header & DISCARDED) == 0) {
                reader.record(producer, at + HEADER_BYTES, length);
                read++;
            }
            position += (HEADER_BYTES + length + 7L) & -8L;
            consumer.putLongRelease(0, position);
        }
        return read;
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
