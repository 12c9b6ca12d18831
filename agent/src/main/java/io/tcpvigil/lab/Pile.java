// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.lab.wire.Flag.SYN;

import io.tcpvigil.tcp.TcpState;
import java.util.List;
import java.util.function.Consumer;

/** Many sockets standing in one state: what a leak, a flood or a dead peer makes of a host. */
public final class Pile {
    /** The states that can be piled up. */
    public static final List<TcpState> STATES = List.of(
            TcpState.TIME_WAIT,
            TcpState.CLOSE_WAIT,
            TcpState.FIN_WAIT_2,
            TcpState.SYN_RECEIVED,
            TcpState.SYN_SENT,
            TcpState.LAST_ACK);

    /** Of one destination: the kernel has no more local ports, and the peer none from which to send. */
    public static final int MOST = 50_000;

    /** Retransmissions go on for minutes, so that a pile stands longer than anybody looks at it. */
    private static final int MANY_RETRIES = 12;

    /** Their segments must fit into the queue of the TUN device. */
    private static final int BATCH = 200;

    private Pile() {}

    /**
     * The scenario whose end is the pile.
     *
     * @param state one of {@link #STATES}
     * @param count 1 to {@link #MOST}
     */
    public static Scenario of(TcpState state, int count) {
        Scenario pile = Scenario.named("pile", count + " sockets in " + state.displayName());
        return switch (state) {
            case TIME_WAIT ->
                clients(
                        pile,
                        state,
                        count,
                        script -> script.close().kernel(FIN, ACK).peer(FIN, ACK),
                        s -> s.kernel(ACK));
            case CLOSE_WAIT ->
                clients(pile, state, count, script -> script.peer(FIN, ACK), script -> script.kernel(ACK));
            case FIN_WAIT_2 ->
                clients(
                        pile,
                        state,
                        count,
                        Script::shutdown,
                        script -> script.kernel(FIN, ACK).peer(ACK));
            case LAST_ACK ->
                clients(
                        pile,
                        state,
                        count,
                        script -> script.peer(FIN, ACK),
                        script -> script.kernel(ACK).close().kernel(FIN, ACK));
            case SYN_SENT ->
                pile.client(script -> surroundings(script, count)
                        .connections(1, count, (each, number) -> each.connect().kernel(SYN))
                        .count(state, count));
            case SYN_RECEIVED ->
                // The kernel shortens the wait of requests once the queue is half full.
                pile.server(script -> surroundings(script, count)
                        .listen(4 * count)
                        .connections(1, count, (each, number) -> each.peer(SYN).kernel(SYN, ACK))
                        .count(state, count));
            case LISTEN, ESTABLISHED, FIN_WAIT_1, CLOSING, CLOSED ->
                throw new IllegalArgumentException("no pile of " + state.displayName());
        };
    }

    /**
     * Connections that the kernel opens and that are then led to their state in two halves, batch by batch: what the
     * kernel does only after a while (it delays the ACK of a FIN) it then does for a whole batch at once.
     */
    private static Scenario clients(
            Scenario pile, TcpState state, int count, Consumer<Script> first, Consumer<Script> second) {
        return pile.client(script -> {
            surroundings(script, count);
            for (int start = 1; start <= count; start += BATCH) {
                int end = Math.min(count, start + BATCH - 1);
                script.connections(start, end, (each, number) -> {
                    each.connect().kernel(SYN).peer(SYN, ACK).kernel(ACK);
                    first.accept(each);
                });
                script.connections(start, end, (each, number) -> second.accept(each));
            }
            script.count(state, count);
        });
    }

    private static Script surroundings(Script script, int count) {
        return script.sysctl("net.ipv4.ip_local_port_range", "1024 65535")
                .sysctl("net.ipv4.tcp_max_tw_buckets", 4 * count)
                .sysctl("net.core.somaxconn", 4 * count)
                .sysctl("net.ipv4.tcp_max_syn_backlog", 4 * count)
                .sysctl("net.ipv4.tcp_synack_retries", MANY_RETRIES)
                .sysctl("net.ipv4.tcp_syn_retries", MANY_RETRIES)
                .sysctl("net.ipv4.tcp_orphan_retries", MANY_RETRIES);
    }
}
