// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import java.nio.ByteBuffer;

/** Room that all connections share, one after the other: it belongs to the thread that serves them. */
final class Buffers {
    /** More than a TLS record with all that can be around it. */
    private static final int WIRE_BYTES = 64 * 1024;

    private static final int PLAIN_BYTES = 32 * 1024;

    /** What goes over the wire: outside the heap, where the kernel can take it. */
    final ByteBuffer wire = ByteBuffer.allocateDirect(WIRE_BYTES);

    /** What came out of a TLS record. */
    final ByteBuffer plain = ByteBuffer.allocate(PLAIN_BYTES);
}
