// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of one connection, plain or under TLS. Never waits. */
interface Transport {
    /** No more will come. */
    int END = -1;

    /** What is read of one client before others have their turn; in memory there may be as much for each client. */
    int READ_BYTES = 16 * 1024;

    /** Reads what there is, but not much at a time: how many bytes, 0 for none at present, or {@link #END}. */
    int read(Input to) throws IOException;

    /** Whether there is more to read already, though the channel may have nothing any more. */
    boolean hasMore();

    /** Writes as much as is taken at present; what was written is no longer in the buffers. Whether all of it was. */
    boolean write(ByteBuffer... from) throws IOException;

    /** What has to happen before it can go on: operations of a selection key, 0 when it will say so itself. */
    int waitsFor(int usually);

    /** Whether it computes something: the client waits for the server, and not the other way round. */
    boolean isBusy();

    /** Tells the client that no more will come. */
    void finish() throws IOException;
}
