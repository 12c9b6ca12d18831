// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** A server on loopback and its clients, both in this process; all are closed at the end. */
public final class Connections implements AutoCloseable {
    public final ServerSocketChannel listener = ServerSocketChannel.open();
    public final List<SocketChannel> clients = new ArrayList<>();
    public final List<SocketChannel> servers = new ArrayList<>();

    public Connections(int backlog) throws IOException {
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), backlog);
    }

    public int port() throws IOException {
        return ((InetSocketAddress) listener.getLocalAddress()).getPort();
    }

    /** Connects and accepts so many. */
    public Connections open(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            clients.add(SocketChannel.open(listener.getLocalAddress()));
            servers.add(listener.accept());
        }
        return this;
    }

    /** Connects and does not accept; the calls return before there is an answer. */
    public void connect(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            SocketChannel client = SocketChannel.open();
            client.configureBlocking(false);
            client.connect(listener.getLocalAddress());
            clients.add(client);
        }
    }

    public static void closeAll(List<SocketChannel> channels) throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
        channels.clear();
    }

    public static void resetAll(List<SocketChannel> channels) throws IOException {
        for (SocketChannel channel : channels) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        closeAll(channels);
    }

    public static void shutdownAll(List<SocketChannel> channels) throws IOException {
        for (SocketChannel channel : channels) {
            channel.shutdownOutput();
        }
    }

    public static void writeAll(List<SocketChannel> channels) throws IOException {
        for (SocketChannel channel : channels) {
            channel.write(ByteBuffer.wrap(new byte[] {1}));
        }
    }

    /** Reads each to its end. */
    public static void readAll(List<SocketChannel> channels) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        for (SocketChannel channel : channels) {
            channel.configureBlocking(true);
            while (channel.read(buffer) >= 0) {
                buffer.clear();
            }
        }
    }

    /** Writes until the peer, which does not read, has no room left. */
    public static void fillAll(List<SocketChannel> channels) throws IOException {
        for (SocketChannel channel : channels) {
            channel.configureBlocking(false);
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
            while (channel.write(buffer) > 0) {
                buffer.clear();
            }
        }
    }

    @Override
    public void close() throws IOException {
        closeAll(clients);
        closeAll(servers);
        listener.close();
    }
}
