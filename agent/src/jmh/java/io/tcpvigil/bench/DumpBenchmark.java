// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import io.tcpvigil.kernel.NetlinkSource;
import io.tcpvigil.kernel.ProcSource;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.SocketSource;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.tcp.SocketTable;
import java.io.IOException;
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
    @Param({"10000", "100000"})
    public int sockets;

    private SocketFarm farm;
    private RawDump raw;
    private SocketSource netlink;
    private SocketSource proc;
    private final SocketTable table = new SocketTable();

    @Setup(Level.Trial)
    public void open() throws Exception {
        farm = SocketFarm.of(sockets);
        farm.call(() -> {
            raw = RawDump.open();
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

    /** The floor. */
    @Benchmark
    public long receiveAndThrowAway() throws IOException {
        return raw.run();
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
