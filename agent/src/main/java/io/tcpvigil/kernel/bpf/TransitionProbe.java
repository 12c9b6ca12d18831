// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.kernel.libc.SyscallNumbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Counts every transition of every full TCP socket of the host, in the kernel, from {@link #open} to {@link #close} or to
 * the end of the process, whichever comes first. It hangs on the tracepoint {@code sock:inet_sock_set_state}, which shows
 * neither request sockets nor mini-sockets: no SYN-RECEIVED of a handshake that is not finished, no TIME-WAIT.
 *
 * <p>Measured on 6.18, a virtual machine with two CPUs that others use, too, JDK 17: 70 to 95 ns for a transition, 38 of them
 * for the clock (190 to 250 with events; kernel.bpf_stats_enabled, less the 61 ns which that itself costs), and some 60 ns for
 * the kernel to get to the program. Connect, accept and close of one pinned thread, 28 to 34 us of processor time, take 2.3
 * to 3.7 % more when they end with a reset (6 transitions) and 3.7 to 5.0 % more with FINs (10): medians of 41 pairs.
 *
 * <p>One thread opens, reads and closes.
 */
public final class TransitionProbe implements AutoCloseable {
    private static final String TRACEPOINT = "inet_sock_set_state";
    private static final long LOCKED_MEMORY_WANTED = 1L << 30;

    /** Which transitions can be told apart by their network namespace. */
    public enum Scope {
        /** Those of the watched namespace are counted apart from those elsewhere. */
        NAMESPACE,
        /** The kernel does not describe its types (CONFIG_DEBUG_INFO_BTF): all are of the host, {@link Where#UNTOLD}. */
        HOST
    }

    /** Which way to hang on the tracepoint. */
    public enum Hook {
        /** Raw with what the kernel tells of its types; where it does not, by the record that tracefs describes. */
        BEST,
        /**
         * Needs no tracefs, only CAP_BPF and CAP_PERFMON. A transition in an interrupt of another BPF program is not lost.
         */
        RAW_TRACEPOINT,
        /** Needs tracefs, and so usually root. */
        TRACEPOINT
    }

    /**
     * What to watch.
     *
     * @param namespaceInode the network namespace, as {@code /proc/PID/ns/net} shows it
     * @param events whether {@link #events} are wanted; of that namespace only, where it is told from others
     * @param sockets how many sockets can be remembered at once, about 75 bytes each
     * @param ports how many ports can be counted at once
     * @param ringBytes size of the buffer of events, a power of two and of pages; one takes 104 bytes
     */
    public record Settings(long namespaceInode, boolean events, int sockets, int ports, int ringBytes, Hook hook) {
        /** Counts only, of the namespace in which the calling thread is. */
        public static Settings ofThread() throws IOException {
            return new Settings(threadNamespace(), false, 1 << 17, 1 << 13, 1 << 21, Hook.BEST);
        }

        public Settings withEvents(boolean wanted) {
            return new Settings(namespaceInode, wanted, sockets, ports, ringBytes, hook);
        }

        /** With other sizes. */
        public Settings withCapacity(int ofSockets, int ofPorts, int ofRingBytes) {
            return new Settings(namespaceInode, events, ofSockets, ofPorts, ofRingBytes, hook);
        }

        public Settings withHook(Hook wanted) {
            return new Settings(namespaceInode, events, sockets, ports, ringBytes, wanted);
        }
    }

    /** What became of an attempt to open the probe. */
    public sealed interface Attempt permits Opened, Unsupported {}

    /** It counts. */
    public record Opened(TransitionProbe probe) implements Attempt {}

    /**
     * It cannot be had here.
     *
     * @param missing what it lacks; never empty
     * @param kernel the version of the kernel
     * @param message one line: why, and what to do
     */
    public record Unsupported(Set<Missing> missing, String kernel, String message) implements Attempt {
        /** Whether a right is what is missing, and nothing else. */
        public boolean isRight() {
            return EnumSet.of(Missing.CAP_BPF, Missing.CAP_PERFMON, Missing.CAP_SYS_ADMIN)
                    .containsAll(missing);
        }
    }

    private final ProbeParts parts;
    private final TotalsReader reader;
    private final Scope scope;
    private final Hook hook;
    private final long namespaceInode;
    private final @Nullable RingBuffer ring;

    private TransitionProbe(
            ProbeParts parts, TotalsReader reader, Scope scope, Hook hook, long inode, @Nullable RingBuffer ring) {
        this.parts = parts;
        this.reader = reader;
        this.scope = scope;
        this.hook = hook;
        this.namespaceInode = inode;
        this.ring = ring;
    }

    /** Opens a probe, or says why there can be none. */
    public static Attempt open(Libc libc, Settings settings) {
        return open(libc, settings, SocketLayout.USUAL, new TraceFs(libc));
    }

    /** The same with other places for what the kernel tells of itself. */
    static Attempt open(Libc libc, Settings settings, Path types, TraceFs traceFs) {
        return open(libc, settings, types, traceFs, ProbeParts.Variant.TYPED);
    }

    /** The same as an older kernel has it: {@code best} is the first way that is tried. */
    static Attempt open(Libc libc, Settings settings, Path types, TraceFs traceFs, ProbeParts.Variant best) {
        Optional<SyscallNumbers> numbers = SyscallNumbers.ofThisCpu();
        if (numbers.isEmpty()) {
            return new Unsupported(
                    EnumSet.of(Missing.ARCHITECTURE),
                    System.getProperty("os.version", "?"),
                    "the system calls of BPF are not known for " + System.getProperty("os.arch")
                            + ", only for x86-64 and" + " aarch64");
        }
        try {
            return new Opened(attach(libc, numbers.get(), settings, types, traceFs, best));
        } catch (NoTracepoint without) {
            return Refusal.ofTracepoint(without.types, without.tracefs, Privileges.ofThread());
        } catch (IOException failure) {
            return Refusal.of(failure, Privileges.ofThread());
        }
    }

    /** Neither description could be read. */
    private static final class NoTracepoint extends IOException {
        private static final long serialVersionUID = 1L;

        private final IOException types;
        private final IOException tracefs;

        private NoTracepoint(IOException types, IOException tracefs) {
            super(tracefs);
            this.types = types;
            this.tracefs = tracefs;
        }
    }

    private static TransitionProbe attach(
            Libc libc, SyscallNumbers numbers, Settings settings, Path types, TraceFs traceFs, ProbeParts.Variant best)
            throws IOException {
        // On kernels before 5.11 maps count as locked memory; elsewhere it does not matter.
        libc.raiseLockedMemoryLimit(LOCKED_MEMORY_WANTED);
        Bpf bpf = new Bpf(libc, numbers);
        ProbeParts parts = ProbeParts.createMaps(libc, bpf, settings);
        try {
            SocketLayout layout = null;
            IOException noLayout = new MalformedTypesException(-1, "not asked");
            try {
                layout = SocketLayout.read(types);
            } catch (IOException failure) {
                noLayout = failure;
            }
            boolean raw = settings.hook() == Hook.RAW_TRACEPOINT || (settings.hook() == Hook.BEST && layout != null);
            if (raw && layout == null) {
                throw noLayout;
            }
            TracepointFormat format = raw ? null : format(traceFs, noLayout);
            parts.load(layout, format, settings, best);
            parts.attach(TRACEPOINT, format);
            BpfMap events = parts.maps().ring();
            RingBuffer ring = events == null ? null : RingBuffer.open(libc, numbers, events);
            return new TransitionProbe(
                    parts,
                    new TotalsReader(libc, bpf, parts.maps(), parts.program()),
                    layout == null ? Scope.HOST : Scope.NAMESPACE,
                    raw ? Hook.RAW_TRACEPOINT : Hook.TRACEPOINT,
                    settings.namespaceInode(),
                    ring);
        } catch (IOException | RuntimeException failure) {
            parts.close();
            throw failure;
        }
    }

    private static TracepointFormat format(TraceFs traceFs, IOException noLayout) throws NoTracepoint {
        try {
            return traceFs.format("sock/" + TRACEPOINT);
        } catch (IOException failure) {
            throw new NoTracepoint(noLayout, failure);
        }
    }

    /** The inode of the network namespace in which the calling thread is. */
    public static long threadNamespace() throws IOException {
        // net:[4026531840]
        String link =
                Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
        return Long.parseLong(link.substring(link.indexOf('[') + 1, link.indexOf(']')));
    }

    /** Whether the watched namespace is told from others. */
    public Scope scope() {
        return scope;
    }

    /** Which way was taken; never {@link Hook#BEST}. */
    public Hook hook() {
        return hook;
    }

    /** Which namespace is watched. */
    public long namespaceInode() {
        return namespaceInode;
    }

    /** Replaces {@code into} by what has been counted. */
    public void read(TransitionTotals into) throws SyscallException {
        reader.read(into);
    }

    /** The transitions themselves; empty unless the settings asked for them. */
    public Optional<TransitionEvents> events() {
        return ring == null ? Optional.empty() : Optional.of(new TransitionEvents(ring));
    }

    /** Takes the program off the tracepoint: nothing is added any more, what was counted and told can be read on. */
    public void detach() {
        parts.detach();
    }

    /** Takes the program off the tracepoint; maps and counts are gone. */
    @Override
    public void close() {
        if (ring != null) {
            ring.close();
        }
        parts.close();
    }
}
