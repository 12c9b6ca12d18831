// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.StateZoo;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link SocketSource} must do, asked of a namespace that holds a {@link StateZoo}. */
abstract class SocketSourceContract {
    private static @Nullable StateZoo zoo;

    @BeforeEach
    void openZoo() throws Exception {
        if (zoo != null && !zoo.isFresh()) {
            closeZoo();
        }
        if (zoo == null) {
            zoo = StateZoo.open();
        }
    }

    @AfterAll
    static void closeZoo() throws Exception {
        if (zoo != null) {
            zoo.close();
            zoo = null;
        }
    }

    /** A source that reads the namespace of the thread that uses it. */
    abstract SocketSource source();

    /** Runs {@code work} where the zoo is. */
    static <T> T inZoo(Callable<T> work) throws Exception {
        return Objects.requireNonNull(zoo).call(work);
    }

    /** The rows of one dump as text, kept in the order of the table. */
    private List<String> dump(SocketQuery query) throws Exception {
        return inZoo(() -> {
            try (SocketSource source = source()) {
                SocketTable table = new SocketTable();
                source.dump(query, table);
                assertEquals(Coverage.complete(), table.coverage());
                table.retain(query.filter(), SocketFilter.NO_PROCESSES);
                return rows(table);
            }
        });
    }

    static List<String> rows(SocketTable table) {
        List<String> rows = new ArrayList<>();
        for (int row = 0; row < table.rows(); row++) {
            String state = table.kind(row) == SocketKind.BOUND
                    ? "(bound)"
                    : table.state(row).displayName();
            rows.add(state + " " + table.local(row) + " " + table.remote(row));
        }
        return rows;
    }

    @Test
    void showsEverySocketInItsState() throws Exception {
        Map<String, Integer> expected = StateZoo.allRows();
        if (!source().showsBound()) {
            expected.remove("(bound)");
        }
        Map<String, Integer> shown = new TreeMap<>();
        for (String row : dump(SocketQuery.ALL)) {
            shown.merge(row.substring(0, row.indexOf(' ')), 1, Integer::sum);
        }
        assertEquals(expected, shown);
    }

    @Test
    void clearsTheTableBeforeItFillsIt() throws Exception {
        inZoo(() -> {
            try (SocketSource source = source()) {
                SocketTable table = new SocketTable();
                source.dump(SocketQuery.ALL, table);
                int once = table.rows();
                source.dump(SocketQuery.ALL, table);
                assertEquals(once, table.rows());
            }
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state=listen", "state=close_wait,time_wait", "state!=established", "family=4", "family=6",
                "local=127.0.0.0/8", "peer=::1", "peer!=127.0.0.1", "port=1-32767", "port=32768-65535",
                "lport=1-40000 rport=1-50000", "port!=40000-50000", "peer=127.0.0.1,::1 state=fin_wait_2",
                        "state=syn_sent"
            })
    void neverLosesARowToAFilterThatTheKernelApplies(String filter) throws Exception {
        SocketFilter parsed = SocketFilter.parse(List.of(filter));
        List<String> filtered = dump(SocketQuery.of(parsed));
        List<String> expected = inZoo(() -> {
            try (SocketSource source = source()) {
                SocketTable table = new SocketTable();
                source.dump(SocketQuery.ALL, table);
                table.retain(parsed, SocketFilter.NO_PROCESSES);
                return rows(table);
            }
        });
        assertEquals(expected, filtered);
    }

    @Test
    void bringsTheStatesAskedForAndNoOthers() throws Exception {
        SocketQuery query = new SocketQuery(EnumSet.of(TcpState.LAST_ACK), false, false, SocketFilter.ALL);
        List<String> rows = dump(query);
        assertEquals(StateZoo.Stack.values().length, rows.size());
        assertTrue(rows.stream().allMatch(row -> row.startsWith("LAST-ACK ")), rows.toString());
    }

    @Test
    void findsNothingWhenNothingIsAskedFor() throws Exception {
        assertEquals(List.of(), dump(new SocketQuery(EnumSet.noneOf(TcpState.class), false, false, SocketFilter.ALL)));
    }
}
