// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import io.tcpvigil.kernel.NetlinkSource;
import io.tcpvigil.kernel.ProcSource;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.SocketSource;
import io.tcpvigil.kernel.inetdiag.InetDiagReader;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netlink.NetlinkSocket;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.tcp.SocketTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One full dump of both families: received and thrown away (the floor), decoded into a table, and read from {@code /proc}.
 * {@code DumpRatios} measures the same in pairs, which is what counts on a machine whose speed drifts.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DumpBenchmark {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int NLMSG_DONE = 3;

    @Param({"10000", "100000"})
    public int sockets;

    private SocketFarm farm;
    private NetlinkSocket raw;
    private SocketSource netlink;
    private SocketSource proc;
    private final SocketTable table = new SocketTable();
    private int sequence;

    @Setup(Level.Trial)
    public void open() throws Exception {
        farm = SocketFarm.of(sockets);
        farm.call(() -> {
            raw = NetlinkSocket.open(Libc.get(), InetDiagReader.PROTOCOL, 5000);
            netlink = NetlinkSource.ofThread();
            // The socket belongs to the namespace of the thread that opens it, which the first dump does.
            netlink.dump(SocketQuery.ALL, table);
            Path task = Path.of("/proc").resolve(Files.readSymbolicLink(Path.of("/proc/thread-self")));
            proc = new ProcSource(new ProcFs(Path.of("/proc"), task.resolve("net")));
            return true;
        });
        if (table.rows() < sockets) {
            throw new IllegalStateException(table.rows() + " sockets instead of " + sockets + ": was TIME-WAIT too slow to fill?");
        }
    }

    @TearDown(Level.Trial)
    public void close() throws Exception {
        raw.close();
        netlink.close();
        proc.close();
        farm.close();
    }

    /** The floor: every datagram is received, none is looked at but for the type of its first message. */
    @Benchmark
    public long receiveAndThrowAway() throws IOException {
        return receive(AF_INET) + receive(AF_INET6);
    }

    private long receive(int family) throws IOException {
        // struct nlmsghdr and struct inet_diag_req_v2.
        byte[] request = new byte[72];
        sequence++;
        ByteBuffer.wrap(request)
                .order(ByteOrder.nativeOrder())
                .putInt(request.length)
                .putShort((short) 20)
                .putShort((short) 0x301)
                .putInt(sequence)
                .putInt(0)
                .put((byte) family)
                .put((byte) 6)
                .putShort((short) 0)
                .putInt(InetDiagReader.ALL_STATES_MASK | InetDiagReader.BOUND_MASK);
        raw.send(request);
        long bytes = 0;
        do {
            bytes += raw.receive();
        } while (raw.buffer().getShort(4) != NLMSG_DONE);
        return bytes;
    }

    /** What a sample does: receive, decode, fill the table. */
    @Benchmark
    public int decode() {
        netlink.dump(SocketQuery.ALL, table);
        return table.rows();
    }

    /** The same from {@code /proc/net/tcp} and {@code tcp6}. */
    @Benchmark
    public int proc() {
        proc.dump(SocketQuery.ALL, table);
        return table.rows();
    }
}
