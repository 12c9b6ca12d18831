// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;

/** Can hold back what is written and send it in one go: several TLS records arrive as one then. */
public final class HoldingSocket extends Socket {
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();
    private boolean holds;

    /** From now on nothing is sent. */
    public void hold() {
        holds = true;
    }

    /** Sends what was held, and from now on at once. */
    public void release() throws IOException {
        holds = false;
        super.getOutputStream().write(held.toByteArray());
        held.reset();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(super.getOutputStream()) {
            @Override
            public void write(byte[] bytes, int start, int count) throws IOException {
                (holds ? held : out).write(bytes, start, count);
            }

            @Override
            public void write(int octet) throws IOException {
                (holds ? held : out).write(octet);
            }
        };
    }
}
