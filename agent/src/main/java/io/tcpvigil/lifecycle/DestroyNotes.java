// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.TcpState;
import java.util.Arrays;

/**
 * Makes of destroy messages what they can tell: that a connection which no dump shows any more has ended, and how; and that
 * there was one which no dump ever showed.
 *
 * <p>A message comes when the last reference to a full socket goes. That is at the end of most connections, but hours later
 * when a process keeps the descriptor of a dead one; such late messages are told by the time of the last ACK, or by the
 * cookie, and change nothing. A disconnected socket (aborted, refused, or killed in the accept queue) comes without its
 * destination port, so that only the cookie can say which it was.
 *
 * <p>Who opened a connection is told by who listens on its port, and a listener may be younger than the last dump. Messages
 * for which that matters wait for the next.
 */
final class DestroyNotes {
    /** What is remembered between two full dumps; beyond it, ends are known a little less well. */
    private static final int MOST_REMEMBERED = 1 << 17;

    /** How coarse the kernel's clock may be that dates the last ACK: a jiffy at HZ=100. */
    private static final int KERNEL_TICK_MILLIS = 10;

    /** What waits at most; beyond it, directions are known a little less well. */
    private static final int MOST_WAITING = 1 << 14;

    private static final int FEWEST_WAITING = 16;

    /** For each of them: a header, seventeen words, the time, and the reference. */
    private static final int BYTES_WAITING = 168;

    private static final int DIRECTION_SHIFT = 32;
    private static final int IPV6_SHIFT = 34;
    private static final int PORT_SHIFT = 35;

    private final Timeline time;
    private final Listeners listeners;
    private final LifecycleTally tally;
    private final Lives lives;

    /** Disconnected sockets by cookie: when, and which direction they had. */
    private final CookieTable disconnected = new CookieTable(MOST_REMEMBERED);
    /** Connections that went without a message, since the last full dump: one that still comes is late. */
    private final CookieTable gone = new CookieTable(MOST_REMEMBERED);

    /** Messages in their order, and when they came. Made once, used for ever. */
    private DestroyedSocket[] waiting = {};

    private long[] waitingTicks = {};
    private int waitingCount;

    /** Without that source nothing of it need be remembered. */
    private boolean inUse;

    private boolean counting;
    private long matched;
    private long unseen;
    private long late;
    private long ignored;

    DestroyNotes(Timeline time, Listeners listeners, LifecycleTally tally, Lives lives) {
        this.time = time;
        this.listeners = listeners;
        this.tally = tally;
        this.lives = lives;
    }

    DestroyCounts counts() {
        return new DestroyCounts(matched, unseen, late, ignored);
    }

    /** Messages will come. */
    void expect() {
        inUse = true;
    }

    /** Takes in a message, received at this tick, about a socket of the family of {@code store}. */
    void take(ConnectionStore store, DestroyedSocket socket, long tick) {
        inUse = true;
        if (socket.isNoConnection() || socket.cookie == 0) {
            ignored++;
            listeners.closed(socket.ipv6, socket.localPort);
        } else if (socket.isDisconnected()) {
            // Told now: the listener may be gone by the next dump.
            long direction = directionOf(socket.ipv6, socket.localPort).ordinal();
            long family = socket.ipv6 ? 1 : 0;
            disconnected.put(
                    socket.cookie,
                    (tick & 0xFFFF_FFFFL)
                            | direction << DIRECTION_SHIFT
                            | family << IPV6_SHIFT
                            | (long) socket.localPort << PORT_SHIFT);
        } else {
            takeWithKey(store, socket, tick, true);
        }
    }

    /** After the listeners of a dump are known, and before its rows: takes what had to wait for that. */
    void takeWaiting(ConnectionStore ipv4, ConnectionStore ipv6) {
        for (int i = 0; i < waitingCount; i++) {
            takeWithKey(waiting[i].ipv6 ? ipv6 : ipv4, waiting[i], waitingTicks[i], false);
        }
        waitingCount = 0;
    }

    private boolean await(DestroyedSocket socket, long tick) {
        if (waitingCount == MOST_WAITING) {
            return false;
        }
        if (waitingCount == waiting.length) {
            int room = Math.max(FEWEST_WAITING, 2 * waitingCount);
            waiting = Arrays.copyOf(waiting, room);
            waitingTicks = Arrays.copyOf(waitingTicks, room);
            for (int i = waitingCount; i < room; i++) {
                waiting[i] = new DestroyedSocket();
            }
        }
        waiting[waitingCount].set(socket);
        waitingTicks[waitingCount] = tick;
        waitingCount++;
        return true;
    }

    private void takeWithKey(ConnectionStore store, DestroyedSocket socket, long tick, boolean canWait) {
        store.key(
                socket.localHigh,
                socket.localLow,
                socket.localPort,
                socket.remoteHigh,
                socket.remoteLow,
                socket.remotePort);
        int slot = match(store, socket.cookie);
        if (slot != ConnectionStore.NONE) {
            matched++;
            int flags = store.records.get(slot, RecordStore.FLAGS);
            if (Flags.kind(flags) == SocketKind.MINISOCK) {
                store.records.set(slot, RecordStore.FLAGS, Flags.withFate(flags, Flags.FATE_DESTROYED));
            } else {
                destroy(store, slot, socket, tick);
            }
        } else if (canWait && !socket.mustBeOutbound() && !isListened(socket) && await(socket, tick)) {
            // The next dump shows the listener, if there is one.
            return;
        } else if (isNews(socket, tick)) {
            unseen++;
            boolean cameUp = hasComeUp(socket);
            TcpState state = cameUp ? TcpState.ESTABLISHED : TcpState.SYN_SENT;
            int added = lives.beginUnseen(store, socket.cookie, state, directionOf(socket, cameUp), tick);
            destroy(store, added, socket, tick);
        } else {
            late++;
        }
    }

    /**
     * The tracked connection whose full socket this was. A minisock on the 4-tuple of which no message has come counts,
     * whatever its cookie: it is what became of the socket, or the socket is one from before. One of which a message has come
     * gave way to a new connection ({@code tcp_tw_reuse}, or a SYN with a higher number). No date can tell the two apart:
     * messages wait for as long as a dump and all that is made of it take.
     */
    private int match(ConnectionStore store, long cookie) {
        int found = ConnectionStore.NONE;
        for (int slot = store.first(); slot != ConnectionStore.NONE; slot = store.following(slot)) {
            long known = store.records.cookie(slot);
            if (known == cookie) {
                return slot;
            }
            int flags = store.records.get(slot, RecordStore.FLAGS);
            boolean possible =
                    Flags.kind(flags) == SocketKind.MINISOCK ? Flags.fate(flags) == Flags.FATE_ALIVE : known == 0;
            if (found == ConnectionStore.NONE && possible) {
                found = slot;
            }
        }
        return found;
    }

    private void destroy(ConnectionStore store, int slot, DestroyedSocket socket, long tick) {
        RecordStore records = store.records;
        int flags = records.get(slot, RecordStore.FLAGS);
        boolean came = switch (Flags.state(flags)) {
            case SYN_SENT -> socket.isSynAcknowledged();
            // A request socket never has a message of its own: this is its child's.
            case SYN_RECEIVED -> Flags.kind(flags) == SocketKind.REQUEST;
            case LISTEN, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT, CLOSED -> false;
        };
        if (came) {
            lives.establish(store, slot, tick);
            flags = records.get(slot, RecordStore.FLAGS);
        }
        int fate =
                Flags.state(flags) == TcpState.SYN_SENT ? socket.fateOfAttempt() : socket.fate(Flags.direction(flags));
        if (Flags.state(flags) == TcpState.ESTABLISHED) {
            flags = Flags.withCloser(flags, socket.closer());
        }
        records.set(slot, RecordStore.FLAGS, Flags.withFate(Flags.withKind(flags, SocketKind.FULL), fate));
        records.set(slot, RecordStore.AUX, (int) tick);
        store.sheltered.clear(slot);
    }

    /** Whether the socket, which is not tracked, must have begun after the last full dump. */
    private boolean isNews(DestroyedSocket socket, long tick) {
        if (time.lastFull() < 0 || gone.contains(socket.cookie)) {
            return false;
        }
        if (!hasComeUp(socket)) {
            // Nothing dates a failed attempt. One that had to repeat its SYN lasted long enough for a dump to show it.
            return socket.timeouts == 0;
        }
        // Had it been alive at that dump, it would be tracked, or among those that are gone.
        return socket.lastAckReceivedMillis >= 0
                && tick - socket.lastAckReceivedMillis > time.lastFull() - KERNEL_TICK_MILLIS;
    }

    private boolean hasComeUp(DestroyedSocket socket) {
        return socket.hasComeUp() || isListened(socket);
    }

    private boolean isListened(DestroyedSocket socket) {
        return listeners.isListened(socket.ipv6, socket.localPort);
    }

    private Direction directionOf(DestroyedSocket socket, boolean cameUp) {
        if (!cameUp || socket.mustBeOutbound()) {
            return Direction.OUTBOUND;
        }
        return directionOf(socket.ipv6, socket.localPort);
    }

    private Direction directionOf(boolean ipv6, int localPort) {
        if (listeners.isListened(ipv6, localPort)) {
            return Direction.INBOUND;
        }
        return listeners.isSurelyNotListened(ipv6, localPort) ? Direction.OUTBOUND : Direction.UNKNOWN;
    }

    /** Before the connections are ended that a complete dump does not show. */
    void startSweep() {
        counting = time.lastFull() >= 0 && !time.isAfterPause();
        if (time.coversEverything()) {
            gone.clear();
        }
    }

    /** Whether a message said that this socket, which a dump does not show, was disconnected. */
    boolean takeDisconnected(long cookie) {
        return disconnected.take(cookie) != CookieTable.ABSENT;
    }

    /** Notes that a connection was ended; {@code told} is whether by a message. */
    void ended(long cookie, boolean told) {
        if (inUse && !told && cookie != 0) {
            gone.put(cookie, 0);
        }
    }

    /** After the connections are ended that a full dump does not show. Messages that none of them claimed stand alone. */
    void endSweep() {
        if (time.coversEverything() && disconnected.size() > 0) {
            disconnected.sift(this::isYetToCome);
        }
    }

    /** Counts what was disconnected before the dump; what comes after it is for the next. */
    private boolean isYetToCome(long value) {
        if ((int) value - (int) time.now() >= 0) {
            return true;
        }
        if (counting) {
            unseen++;
            Direction told = Direction.of((int) (value >>> DIRECTION_SHIFT) & 3);
            boolean ipv6 = (value >>> IPV6_SHIFT & 1) != 0;
            countUnclaimed(told == Direction.INBOUND ? told : directionOf(ipv6, (int) (value >>> PORT_SHIFT) & 0xFFFF));
        }
        return false;
    }

    /** An inbound socket was cut off; an outbound one aborted, refused or timed out, which nothing tells apart. */
    private void countUnclaimed(Direction direction) {
        TcpState last = direction == Direction.INBOUND ? TcpState.ESTABLISHED : TcpState.SYN_SENT;
        EndedBy by = direction == Direction.INBOUND ? EndedBy.RESET : EndedBy.UNKNOWN;
        tally.opened(direction);
        if (direction == Direction.UNKNOWN) {
            tally.step(TcpState.CLOSED, TcpState.ESTABLISHED, Evidence.AMBIGUOUS);
            last = TcpState.ESTABLISHED;
        } else {
            int origin = (direction == Direction.INBOUND ? TcpState.LISTEN : TcpState.CLOSED).ordinal();
            tally.stepsUnseen(Inference.steps(origin, last.ordinal()));
        }
        if (direction == Direction.INBOUND) {
            tally.cameUp();
        }
        tally.step(last, TcpState.CLOSED, Evidence.AMBIGUOUS);
        if (direction == Direction.INBOUND) {
            tally.closed(last, direction, by, false);
        } else {
            tally.disconnected(direction, by);
        }
    }

    long capacityBytes() {
        return disconnected.capacityBytes() + gone.capacityBytes() + (long) BYTES_WAITING * waiting.length;
    }
}
