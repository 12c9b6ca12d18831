// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import io.tcpvigil.Nullable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Clients that send as many requests at once as go into {@value #BYTES_AT_ONCE} bytes and wait for no answer, under TLS with each
 * request in two records. They take what is answered, and go on until they are closed.
 */
public final class GreedyClients implements AutoCloseable {
    private static final int BYTES_AT_ONCE = 32 * 1024;
    private static final int TIMEOUT_MILLIS = 30_000;

    private final List<Client> clients = new ArrayList<>();
    private final AtomicLong answeredBytes = new AtomicLong();
    private volatile boolean over;

    /**
     * Connects them all, and has each begin.
     *
     * @param path what they ask for
     * @param tls what they trust; null when nothing is encrypted
     */
    public GreedyClients(InetSocketAddress server, @Nullable SSLContext tls, int count, String path)
            throws IOException {
        String request = "GET " + path + " HTTP/1.1\nHost: localhost\n\n";
        int half = request.length() / 2;
        for (int i = 0; i < count; i++) {
            clients.add(new Client(server, tls, request.substring(0, half), request.substring(half)));
        }
        clients.forEach(Thread::start);
    }

    /** Bytes of answers so far. */
    public long answeredBytes() {
        return answeredBytes.get();
    }

    /** Takes answers; another thread sends. */
    private final class Client extends Thread {
        private final HoldingSocket wire = new HoldingSocket();
        private final Socket socket;
        private final Thread sender;

        Client(InetSocketAddress server, @Nullable SSLContext tls, String first, String second) throws IOException {
            setDaemon(true);
            wire.setSoTimeout(TIMEOUT_MILLIS);
            wire.connect(server, TIMEOUT_MILLIS);
            socket =
                    tls == null ? wire : tls.getSocketFactory().createSocket(wire, "localhost", server.getPort(), true);
            if (socket instanceof SSLSocket encrypted) {
                // One after the other, each has its handshake in time; and what is held later is no part of it.
                encrypted.startHandshake();
            }
            sender = new Thread(() -> {
                try {
                    send(first.getBytes(StandardCharsets.US_ASCII), second.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException ended) {
                    // Told by who reads.
                    return;
                }
            });
            sender.setDaemon(true);
        }

        private void send(byte[] first, byte[] second) throws IOException {
            while (!over) {
                wire.hold();
                for (int sent = 0; sent < BYTES_AT_ONCE; sent += first.length + second.length) {
                    socket.getOutputStream().write(first);
                    socket.getOutputStream().write(second);
                }
                wire.release();
            }
        }

        @Override
        public void run() {
            sender.start();
            byte[] buffer = new byte[BYTES_AT_ONCE];
            try {
                InputStream in = socket.getInputStream();
                for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
                    answeredBytes.addAndGet(count);
                }
            } catch (IOException ended) {
                // By the server, when it had no place for it, or by the test.
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        over = true;
        for (Client client : clients) {
            client.wire.close();
        }
    }
}
