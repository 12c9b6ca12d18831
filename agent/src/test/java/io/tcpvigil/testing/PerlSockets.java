// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A process of its own, in the network namespace of the thread that starts it, that does with its sockets what it is told: what
 * a process of Java cannot do, or should not be accused of. Needs perl.
 */
public final class PerlSockets implements AutoCloseable {
    /** The filter of a deaf socket is {@code BPF_RET} of 0 bytes, in a {@code struct sock_fprog} ({@code <linux/filter.h>}). */
    private static final String PROGRAM = """
            use Socket; use Fcntl; $| = 1; my (@clients, @servers, @listeners, %deaf);
            my $nothing = pack('SCCL', 6, 0, 0, 0); my $filter = pack('S x6 P', 1, $nothing); my $SO_ATTACH_FILTER = 26;
            sub listener { socket(my $l, PF_INET, SOCK_STREAM, 0) or die $!;
              bind($l, sockaddr_in(0, INADDR_LOOPBACK)) or die $!; listen($l, 8) or die $!; return $l; }
            while (my $order = <STDIN>) {
              if ($order =~ /open (\\d+)/) { my $l = listener(); for (1 .. $1) {
                socket(my $c, PF_INET, SOCK_STREAM, 0) or die $!; connect($c, getsockname($l)) or die $!;
                accept(my $s, $l) or die $!; push(@clients, $c); push(@servers, $s); } }
              if ($order =~ /reset/) {
                setsockopt($_, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0)) or die $! for @servers; @servers = (); }
              if ($order =~ /close/) { @clients = (); @servers = (); }
              if ($order =~ /listen (\\d+)/) { push(@listeners, listener()) for 1 .. $1; }
              if ($order =~ /deaf (\\d+) (\\d+)/) { my ($port, $times, @connecting) = ($1, $2); for (1 .. $times) {
                socket(my $c, PF_INET, SOCK_STREAM, 0) or die $!; fcntl($c, F_SETFL, O_NONBLOCK) or die $!;
                setsockopt($c, SOL_SOCKET, $SO_ATTACH_FILTER, $filter) or die $!;
                connect($c, sockaddr_in($port, INADDR_LOOPBACK)) or $!{EINPROGRESS} or die $!; push(@connecting, $c); }
                $deaf{$port} = \\@connecting; }
              print "ready\\n";
            }
            """;

    private final Process process;
    private final OutputStream orders;
    private final BufferedReader answers;

    public PerlSockets() throws IOException {
        this("exec perl -e \"$0\"");
    }

    private PerlSockets(String start) throws IOException {
        process = new ProcessBuilder("sh", "-c", start, PROGRAM)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        orders = process.getOutputStream();
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** One that may have no more than so many files open. */
    public static PerlSockets withFiles(int most) throws IOException {
        return new PerlSockets("ulimit -n " + most + "; exec perl -e \"$0\"");
    }

    public long pid() {
        return process.pid();
    }

    private PerlSockets order(String order) throws IOException {
        orders.write((order + "\n").getBytes(StandardCharsets.UTF_8));
        orders.flush();
        assertEquals("ready", answers.readLine(), order);
        return this;
    }

    /** Opens so many connections to itself and keeps both ends. */
    public PerlSockets open(int connections) throws IOException {
        return order("open " + connections);
    }

    /** Resets all connections from their servers' ends, and keeps the others. */
    public PerlSockets reset() throws IOException {
        return order("reset");
    }

    /** Closes all connections. */
    public PerlSockets closeAll() throws IOException {
        return order("close");
    }

    /** Opens so many listeners, at ports that the kernel chooses. */
    public PerlSockets listen(int listeners) throws IOException {
        return order("listen " + listeners);
    }

    /** Connects to a port of loopback, and hears no answer; then closes those who did so before. */
    public PerlSockets connectDeaf(int port, int connects) throws IOException {
        return order("deaf " + port + " " + connects);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
