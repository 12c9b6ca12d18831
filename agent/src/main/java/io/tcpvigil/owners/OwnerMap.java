// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.libc.Capabilities;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Who owns each socket, remembered from look to look. Only inodes that are new since the last look make it search, and a
 * search is bounded in time and goes on at the next look. A connection that no process holds any more keeps the owners it
 * was last seen with; one that nobody has accepted yet belongs to its listener; a shared socket has all its owners.
 *
 * <p>Not seen are threads with descriptors of their own (unshare(2) with CLONE_FILES), and a socket that was passed on
 * while its new owner is not visited yet: that takes as long as a round through all processes.
 *
 * <p>With 2,000 processes and 50,000 sockets (JDK 17, Linux 6.18, 2 CPUs that others kept busy) the first look took 0.8 s
 * for 88,000 links, a look with nothing new 15 ms and no link, one with 10 new sockets 31 ms and 16 links; see {@code
 * OwnerMapCost} among the benchmarks. Not thread-safe.
 */
public final class OwnerMap implements SocketFilter.ProcessLookup {
    /** A number of owners that is not known, for {@link #ownersOf}. */
    public static final int UNKNOWN = -1;

    private static final int MOST_REMEMBERED = 4 << 20;
    private static final int LONGEST_PAUSE_LOOKS = 64;
    private static final int SETS_BEFORE_CLEANING = 4096;

    private final ProcessFiles files;
    private final Capabilities rights;
    private final LongSupplier nanoClock;
    private final OwnerSets sets = new OwnerSets();
    private final InodeTable inodes = new InodeTable();
    private final LastOwners last;
    private final Listeners listeners = new Listeners();
    private final DescriptorScan scan;

    private int look;
    private int retryLook = 1;
    private int retryPause = 1;
    private int[] pendingRows = new int[64];
    private int setsAfterCleaning = SETS_BEFORE_CLEANING;
    private String problem = "";

    /**
     * What the map has cost since it was made.
     *
     * @param listings directories of descriptors listed
     * @param links links of descriptors read, the dearer part
     * @param wanted sockets whose owner is still looked for
     * @param remembered connections whose last owner is remembered
     */
    public record Cost(long listings, long links, int wanted, int remembered) {}

    /**
     * @param proc where {@code /proc} is
     * @param nanoClock monotonic, for the bounds on time
     */
    public OwnerMap(Path proc, LongSupplier nanoClock) {
        this(proc, nanoClock, MOST_REMEMBERED, new SecureRandom().nextLong());
    }

    OwnerMap(Path proc, LongSupplier nanoClock, int mostRemembered, long seed) {
        this.files = new ProcessFiles(proc);
        this.rights = Capabilities.of(proc);
        this.nanoClock = nanoClock;
        this.last = new LastOwners(mostRemembered, seed);
        this.scan = new DescriptorScan(files, sets, inodes, nanoClock);
    }

    /** Visits all processes now, whatever it costs: for a single look at a terminal. */
    public void readAll() {
        look++;
        try {
            scan.all(look);
            problem = "";
        } catch (IOException failure) {
            problem = String.valueOf(failure.getMessage());
        }
    }

    /**
     * Takes the sockets of one dump in, and looks for the owners of those that are new.
     *
     * @param whole whether the dump was to bring every state and came to its end: what it does not show is forgotten
     * @param huntNanos how long to search for new sockets; 0 for not at all
     * @param sweepNanos how long to look, when there are none, whether known ones got further owners; 0 for not at all
     */
    public void look(SocketTable table, boolean whole, long huntNanos, long sweepNanos) {
        look++;
        int pending = takeRows(table);
        if (look >= retryLook) {
            retryPause = Math.min(2 * retryPause, LONGEST_PAUSE_LOOKS);
            retryLook = look + retryPause;
            scan.want(inodes.retry(look));
        }
        if (huntNanos > 0 || sweepNanos > 0) {
            search(huntNanos, sweepNanos);
        }
        for (int i = 0; i < pending; i++) {
            int row = pendingRows[i];
            int set = inodes.get((int) table.inode(row));
            if (set >= 0) {
                last.put(last.key(table, row), set, look);
            }
        }
        if (whole) {
            inodes.sift(look);
            last.sift(look);
            scan.want(inodes.wantedBy(look) - scan.wanted());
            cleanSets();
        }
    }

    /** Notes each row; the numbers of those whose owner is not known yet are left in {@link #pendingRows}. */
    private int takeRows(SocketTable table) {
        listeners.clear();
        int pending = 0;
        int added = 0;
        for (int row = 0; row < table.rows(); row++) {
            int inode = (int) table.inode(row);
            boolean listening = table.state(row) == TcpState.LISTEN;
            if (listening) {
                listeners.add(table, row);
            }
            if (inode == 0) {
                last.note(last.key(table, row), look);
                continue;
            }
            int set = inodes.note(inode, look);
            if (set == InodeTable.ABSENT) {
                inodes.want(inode, look);
                added++;
            }
            if (set >= 0 && !listening) {
                last.put(last.key(table, row), set, look);
            } else if (!listening) {
                if (pending == pendingRows.length) {
                    pendingRows = Arrays.copyOf(pendingRows, 2 * pending);
                }
                pendingRows[pending++] = row;
            }
        }
        if (added > 0) {
            scan.want(added);
        }
        return pending;
    }

    private void search(long huntNanos, long sweepNanos) {
        long now = nanoClock.getAsLong();
        try {
            scan.part(
                    look,
                    huntNanos == Long.MAX_VALUE ? Long.MAX_VALUE : now + huntNanos,
                    sweepNanos == Long.MAX_VALUE ? Long.MAX_VALUE : now + sweepNanos);
            problem = "";
        } catch (IOException failure) {
            problem = String.valueOf(failure.getMessage());
        }
    }

    private void cleanSets() {
        if (sets.size() <= setsAfterCleaning) {
            return;
        }
        BitSet used = new BitSet();
        BitSet alive = new BitSet();
        inodes.markSets(used);
        last.markSets(used);
        for (ProcessEntry process : scan.known()) {
            if (process.index >= 0) {
                alive.set(process.index);
            }
        }
        sets.keep(used, alive);
        setsAfterCleaning = Math.max(SETS_BEFORE_CLEANING, 2 * sets.size());
    }

    /** How the owner of a row is known, of the dump last looked at. */
    public Evidence evidence(SocketTable table, int row) {
        long inode = table.inode(row);
        if (inode != 0) {
            return inodes.get((int) inode) >= 0 ? Evidence.HELD : Evidence.HIDDEN;
        }
        if (waitsForAccept(table, row)) {
            return listeners.owners(table, row, inodes, sets) >= 0 ? Evidence.LISTENER : Evidence.NONE;
        }
        return last.get(last.key(table, row)) >= 0 ? Evidence.LAST_SEEN : Evidence.NONE;
    }

    /**
     * The number of the owners of a row, for {@link #processes}; {@link #UNKNOWN} when there are none or they are not known.
     * Valid until the next look.
     */
    public int ownersOf(SocketTable table, int row) {
        long inode = table.inode(row);
        int set;
        if (inode != 0) {
            set = inodes.get((int) inode);
        } else if (waitsForAccept(table, row)) {
            set = listeners.owners(table, row, inodes, sets);
        } else {
            set = last.get(last.key(table, row));
        }
        return set < 0 ? UNKNOWN : set;
    }

    /** The owners that a number of {@link #ownersOf} stands for, lowest pid first; none for {@link #UNKNOWN}. */
    public List<OwnerProcess> processes(int owners) {
        return owners == UNKNOWN ? List.of() : sets.processes(owners);
    }

    /** The owners of a row, lowest pid first. */
    public List<OwnerProcess> processes(SocketTable table, int row) {
        return processes(ownersOf(table, row));
    }

    /** The processes that hold the socket with an inode, of any protocol, lowest pid first. */
    public List<OwnerProcess> holders(long inode) {
        int set = inode == 0 ? InodeTable.ABSENT : inodes.get((int) inode);
        return set < 0 ? List.of() : sets.processes(set);
    }

    /** What is known of a process, whether it holds sockets or not; empty when it has ended. */
    public Optional<OwnerProcess> process(int pid) {
        ProcessFiles.Stat stat = files.stat(pid);
        return stat.hasEnded() ? Optional.empty() : Optional.of(scan.owner(pid, stat));
    }

    /**
     * A half-open connection, or one that is complete and has no descriptor yet. Only before it is accepted can a socket
     * in these states be without one: close(2) leads on to FIN-WAIT-1 or LAST-ACK.
     */
    private static boolean waitsForAccept(SocketTable table, int row) {
        return table.kind(row) == SocketKind.REQUEST
                || (table.kind(row) == SocketKind.FULL
                        && (table.state(row) == TcpState.ESTABLISHED || table.state(row) == TcpState.CLOSE_WAIT));
    }

    @Override
    public @Nullable Boolean holds(SocketTable table, int row, String nameOrPid) {
        int owners = ownersOf(table, row);
        if (owners == UNKNOWN) {
            return null;
        }
        for (OwnerProcess process : sets.processes(owners)) {
            if (process.name().equals(nameOrPid)
                    || Integer.toString(process.pid()).equals(nameOrPid)) {
                return true;
            }
        }
        return false;
    }

    /** How many processes do not show their descriptors: sockets without a known owner may be theirs. */
    public int unreadableProcesses() {
        return scan.unreadable();
    }

    /** What could not be read and what would help, in one line; null when all could be read. */
    public @Nullable String notice() {
        if (!problem.isEmpty()) {
            return "processes not readable: " + problem;
        }
        int unreadable = scan.unreadable();
        if (unreadable == 0) {
            return null;
        }
        if (!rights.readAllProcesses()) {
            return unreadable + (unreadable == 1 ? " process of another user" : " processes of other users")
                    + " not readable: run as root or add CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH";
        }
        return unreadable + (unreadable == 1 ? " process" : " processes") + " not readable even for root"
                + (rights.ownUserNamespace()
                        ? " of this user namespace: run outside of it"
                        : ": protected by the system");
    }

    public Cost cost() {
        return new Cost(files.listings(), files.links(), scan.wanted(), last.size());
    }
}
