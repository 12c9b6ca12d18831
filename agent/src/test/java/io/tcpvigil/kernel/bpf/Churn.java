// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Connections over loopback whose every transition is known beforehand. Runs in the thread of a private namespace. */
final class Churn implements AutoCloseable {
    private final InetAddress address;
    private final ServerSocketChannel listener;

    Churn(String address) throws IOException {
        this.address = InetAddress.getByName(address);
        this.listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(this.address, 0), 16);
    }

    int port() throws IOException {
        return ((InetSocketAddress) listener.getLocalAddress()).getPort();
    }

    /** Connects and accepts. */
    SocketChannel[] connect() throws IOException {
        SocketChannel client = SocketChannel.open(new InetSocketAddress(address, port()));
        return new SocketChannel[] {client, listener.accept()};
    }

    /**
     * Client: 7-2, 2-1, 1-4, 4-5, 5-7. Server: 10-3, 3-1, 1-8, 8-9, 9-7. Each end closes when it has read what the other
     * did, so that no two things happen at once.
     */
    void closeInTurn(int connections) throws IOException {
        for (int i = 0; i < connections; i++) {
            SocketChannel[] pair = connect();
            pair[0].shutdownOutput();
            awaitEnd(pair[1]);
            // The FIN is acknowledged at once or with a delay: FIN-WAIT-1 ends before the peer's FIN in both cases,
            // because
            // the acknowledgment comes with it at the latest.
            pair[1].close();
            awaitEnd(pair[0]);
            pair[0].close();
        }
    }

    /** Client: 7-2, 2-1, 1-7. Server: 10-3, 3-1, 1-7. */
    void abort(int connections) throws IOException {
        for (int i = 0; i < connections; i++) {
            SocketChannel[] pair = connect();
            pair[0].setOption(StandardSocketOptions.SO_LINGER, 0);
            pair[0].close();
            try {
                awaitEnd(pair[1]);
                throw new IllegalStateException("no reset came");
            } catch (IOException reset) {
                pair[1].close();
            }
        }
    }

    /** 7-2, 2-7. */
    void refused(int connections) throws IOException {
        int nobody;
        try (ServerSocketChannel gone = ServerSocketChannel.open()) {
            gone.bind(new InetSocketAddress(address, 0));
            nobody = ((InetSocketAddress) gone.getLocalAddress()).getPort();
        }
        for (int i = 0; i < connections; i++) {
            boolean refused = false;
            try (SocketChannel client = SocketChannel.open()) {
                client.connect(new InetSocketAddress(address, nobody));
            } catch (ConnectException asItShould) {
                refused = true;
            }
            if (!refused) {
                throw new IllegalStateException("somebody listens");
            }
        }
    }

    private static void awaitEnd(SocketChannel channel) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        if (channel.read(one) >= 0) {
            throw new IllegalStateException("data came");
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
