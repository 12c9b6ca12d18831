// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import io.tcpvigil.kernel.NetlinkSource;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.owners.Evidence;
import io.tcpvigil.owners.OwnerMap;
import io.tcpvigil.tcp.SocketTable;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Prints what the map of owners costs with 2,000 processes and 50,000 sockets: the first search, looks in which nothing is
 * new, and looks in which one of the processes has opened some sockets. Needs root and perl:
 *
 * <pre>
 * sudo mvn -Pbench -DskipTests verify -Dbench.main=io.tcpvigil.bench.OwnerMapCost
 * </pre>
 */
public final class OwnerMapCost {
    private static final int LOOKS = 20;

    /** Children that each listen and connect to themselves; the first opens another pair for each line that it is sent. */
    private static final String FARM = String.join(
            "\n",
            "use strict; use Socket; use IO::Handle; $| = 1;",
            "my ($processes, $pairs) = @ARGV; my @children;",
            "pipe(my $done, my $tell); pipe(my $order, my $give); $give->autoflush(1);",
            "for my $n (1 .. $processes) {",
            "  my $pid = fork();",
            "  if ($pid) { push(@children, $pid); sysread($done, my $x, 1); next; }",
            "  close(STDIN); my @held;",
            "  socket(my $l, PF_INET, SOCK_STREAM, 0); bind($l, sockaddr_in(0, INADDR_LOOPBACK)); listen($l, 64);",
            "  my $pair = sub { socket(my $c, PF_INET, SOCK_STREAM, 0); connect($c, getsockname($l)) or die;",
            "    accept(my $s, $l); push(@held, $c, $s); };",
            "  $pair->() for 1 .. $pairs;",
            "  syswrite($tell, 'x');",
            "  if ($n == 1) { while (sysread($order, my $x, 1)) { $pair->(); syswrite($tell, 'x'); } }",
            "  sleep(600); exit(0);",
            "}",
            "print \"ready\\n\";",
            "while (my $line = <STDIN>) { syswrite($give, 'x'); sysread($done, my $x, 1); print \"more\\n\"; }",
            "kill('KILL', @children);");

    private OwnerMapCost() {}

    /** @param arguments processes and pairs of sockets in each; 2000 and 12 without */
    public static void main(String[] arguments) throws Exception {
        String processes = arguments.length > 0 ? arguments[0] : "2000";
        String pairs = arguments.length > 1 ? arguments[1] : "12";
        Libc.get().raiseDescriptorLimit(4096);
        try (PrivateNamespace namespace = PrivateNamespace.withOwnTable(Libc.get(), 1 << 16)) {
            namespace.call(() -> {
                Process farm = new ProcessBuilder("perl", "-e", FARM, processes, pairs)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                try (BufferedReader lines = farm.inputReader(StandardCharsets.UTF_8)) {
                    lines.readLine();
                    for (int i = 0; i < 3; i++) {
                        measure(farm, lines);
                    }
                } finally {
                    farm.getOutputStream().close();
                    farm.waitFor(60, TimeUnit.SECONDS);
                }
                return true;
            });
        }
    }

    private static void measure(Process farm, BufferedReader lines) throws Exception {
        OwnerMap owners = new OwnerMap(Path.of("/proc"), System::nanoTime);
        SocketTable table = new SocketTable();
        try (NetlinkSource source = NetlinkSource.ofThread()) {
            source.dump(SocketQuery.ALL, table);
            double first = millis(owners, table, Long.MAX_VALUE, 0);
            long links = owners.cost().links();
            long listings = owners.cost().listings();
            int held = 0;
            for (int row = 0; row < table.rows(); row++) {
                held += owners.evidence(table, row) == Evidence.HELD ? 1 : 0;
            }
            System.out.printf(
                    "%d sockets, %d with an owner; first look %.0f ms, %d listings, %d links%n",
                    table.rows(), held, first, listings, links);
            report("nothing new, no sweep", farm, lines, source, owners, table, 0, 0);
            report("nothing new, sweep of 2 ms", farm, lines, source, owners, table, 0, 2_000_000);
            report("10 new sockets", farm, lines, source, owners, table, 5, 0);
        }
    }

    private static void report(
            String what,
            Process farm,
            BufferedReader lines,
            NetlinkSource source,
            OwnerMap owners,
            SocketTable table,
            int newPairs,
            long sweepNanos)
            throws Exception {
        double[] millis = new double[LOOKS];
        long links = owners.cost().links();
        for (int look = 0; look < LOOKS; look++) {
            for (int i = 0; i < newPairs; i++) {
                farm.getOutputStream().write('\n');
                farm.getOutputStream().flush();
                lines.readLine();
            }
            source.dump(SocketQuery.ALL, table);
            millis[look] = millis(owners, table, 20_000_000, sweepNanos);
        }
        Arrays.sort(millis);
        System.out.printf(
                "  %s: median %.1f ms a look, %.1f links a look, %d wanted%n",
                what,
                millis[LOOKS / 2],
                (double) (owners.cost().links() - links) / LOOKS,
                owners.cost().wanted());
    }

    private static double millis(OwnerMap owners, SocketTable table, long huntNanos, long sweepNanos) {
        long start = System.nanoTime();
        owners.look(table, true, huntNanos, sweepNanos);
        return (System.nanoTime() - start) / 1e6;
    }
}
