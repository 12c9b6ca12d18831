// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import com.sun.management.UnixOperatingSystemMXBean;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * A private network namespace with a given number of IPv4 sockets: ESTABLISHED pairs, up to half of all as far as the limit
 * of descriptors goes, and TIME-WAIT, which needs none.
 */
public final class SocketFarm implements AutoCloseable {
    /**
     * Connections to one destination: fewer than half of the port range set here, because connect() tries the ports of one
     * parity first and searches all of them in vain once they are taken.
     */
    private static final int PER_DESTINATION = 25_000;

    private final PrivateNamespace namespace;
    private final List<Channel> held = new ArrayList<>();

    private SocketFarm(PrivateNamespace namespace) {
        this.namespace = namespace;
    }

    /** Makes {@code sockets} sockets; listeners come on top. */
    public static SocketFarm of(int sockets) throws Exception {
        SocketFarm farm = new SocketFarm(PrivateNamespace.create(Libc.get()));
        farm.namespace.call(() -> {
            Path ipv4 = Path.of("/proc/sys/net/ipv4");
            Files.writeString(ipv4.resolve("ip_local_port_range"), "1024 65535");
            Files.writeString(ipv4.resolve("tcp_max_tw_buckets"), Integer.toString(2 * sockets));
            // Else connect() takes over the TIME-WAIT sockets that are to stay.
            Files.writeString(ipv4.resolve("tcp_tw_reuse"), "0");
            // An open pair is two sockets and two descriptors; a closed one leaves one socket and none.
            int open = Math.min(sockets / 4, descriptors() / 2);
            farm.connect(sockets - 2 * open, true);
            farm.connect(open, false);
            return true;
        });
        return farm;
    }

    /** How many descriptors this process may open, with some left for the JVM. */
    private static int descriptors() {
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return (int) Math.min(1_000_000, system.getMaxFileDescriptorCount() - 1000);
    }

    private void connect(int connections, boolean close) throws IOException {
        ServerSocketChannel listener = null;
        for (int i = 0; i < connections; i++) {
            if (listener == null || i % PER_DESTINATION == 0) {
                listener = ServerSocketChannel.open(StandardProtocolFamily.INET)
                        .bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 128);
                held.add(listener);
            }
            SocketChannel client = SocketChannel.open(StandardProtocolFamily.INET);
            client.connect(listener.getLocalAddress());
            SocketChannel server = listener.accept();
            if (close) {
                client.close();
                server.close();
            } else {
                held.add(client);
                held.add(server);
            }
        }
    }

    /** Runs {@code work} inside the namespace. */
    public <T> T call(Callable<T> work) throws Exception {
        return namespace.call(work);
    }

    @Override
    public void close() throws IOException {
        for (Channel channel : held) {
            channel.close();
        }
        namespace.close();
    }
}
