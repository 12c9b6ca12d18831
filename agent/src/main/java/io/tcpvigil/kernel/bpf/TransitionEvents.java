// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import io.tcpvigil.kernel.libc.MappedMemory;
import io.tcpvigil.kernel.libc.SyscallException;

/**
 * Transitions one by one, in the order in which they happened on each CPU. What did not fit the buffer because nobody
 * drained it is counted by {@link TransitionTotals#eventsLost}. Not thread-safe; allocates nothing for an event.
 */
public final class TransitionEvents {
    /** Takes one transition. */
    public interface Handler {
        /** Called for each; {@code event} must not be kept. */
        void transition(TransitionEvent event);
    }

    private final RingBuffer ring;
    private final TransitionEvent event = new TransitionEvent();

    TransitionEvents(RingBuffer ring) {
        this.ring = ring;
    }

    /**
     * Waits until a transition is there.
     *
     * @return false when none came in time
     */
    public boolean await(int timeoutMillis) throws SyscallException {
        return ring.await(timeoutMillis);
    }

    /**
     * Hands over the transitions that are there, {@code most} at most.
     *
     * @return how many
     */
    public int drain(Handler handler, int most) {
        return ring.drain(
                (MappedMemory data, long offset, int length) -> {
                    if (length != EventLayout.BYTES) {
                        throw new IllegalStateException("a record of " + length + " bytes");
                    }
                    event.wrap(data, offset);
                    try {
                        handler.transition(event);
                    } finally {
                        event.unwrap();
                    }
                },
                most);
    }
}
