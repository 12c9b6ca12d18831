// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.Nullable;
import io.tcpvigil.lifecycle.TrackedConnections;
import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateAge;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The member {@code sockets} of a report: one object a row. A listener has {@code accept_queue} where all others have
 * {@code receive_queue} and {@code send_queue} (bytes), because the kernel gives other things in the same two fields.
 *
 * <pre>{@code
 * {"family": "ipv4", "state": "established", "kind": "full",
 *  "local": {"address": "192.0.2.1", "port": 443}, "remote": {"address": "198.51.100.7", "port": 51234},
 *  "receive_queue": 0, "send_queue": 1448,
 *  "timer": {"name": "retransmit", "expires_seconds": 0.2, "retransmits": 0},
 *  "uid": 33, "inode": 81234, "cookie": "2001", "cgroup_id": 4711, "interface_index": null,
 *  "state_age_at_least_seconds": null, "owners": [{"pid": 815, "name": "nginx"}],
 *  "owned_by": "held",
 *  "state_age": {"seconds": 12.3, "exact": true}, "age": {"seconds": 61.4, "exact": false}}
 * }</pre>
 *
 * <p>The last two are there when somebody looks again and again; what is not exact is a lower bound, and null stands where no
 * connection is: of a listener, or a bound socket.
 */
public final class SocketsJson {
    /** A process that holds a socket. */
    public record Owner(long pid, String name) {}

    /**
     * The processes of a socket.
     *
     * @param evidence how that is known: {@code held}, {@code last_seen}, {@code listener}, {@code hidden} or {@code none}
     */
    public record Owners(List<Owner> processes, String evidence) {
        public Owners {
            processes = List.copyOf(processes);
        }
    }

    private final SocketTable table;
    private final @Nullable IntFunction<Owners> owners;
    private final @Nullable TrackedConnections connections;

    /**
     * @param table the rows that the report was made from
     * @param owners whose the socket of a row is; null when nobody looked, and then no row has a member for it
     * @param connections what is remembered of earlier looks; null for a single look, and then no row has its ages
     */
    public SocketsJson(
            SocketTable table, @Nullable IntFunction<Owners> owners, @Nullable TrackedConnections connections) {
        this.table = table;
        this.owners = owners;
        this.connections = connections;
    }

    void write(JsonWriter json) throws IOException {
        json.beginArray();
        for (int row = 0; row < table.rows(); row++) {
            writeRow(row, json);
        }
        json.endArray();
    }

    private void writeRow(int row, JsonWriter json) throws IOException {
        SocketKind kind = table.kind(row);
        TcpState state = table.state(row);
        boolean full = kind == SocketKind.FULL || kind == SocketKind.BOUND;
        json.beginObject();
        json.name("family").value(table.isIpv6(row) ? "ipv6" : "ipv4");
        json.name("state").value(kind == SocketKind.BOUND ? null : state.label());
        json.name("kind").value(label(kind));
        json.name("local");
        writeEndpoint(table.local(row), json);
        json.name("remote");
        if (state == TcpState.LISTEN || kind == SocketKind.BOUND) {
            json.nullValue();
        } else {
            writeEndpoint(table.remote(row), json);
        }
        if (state == TcpState.LISTEN) {
            PortsJson.acceptQueue(json, table.receiveQueue(row), table.sendQueue(row));
        } else {
            JsonValues.known(json, "receive_queue", full ? table.receiveQueue(row) : SocketTable.UNKNOWN);
            JsonValues.known(json, "send_queue", full ? table.sendQueue(row) : SocketTable.UNKNOWN);
        }
        writeTimer(table, row, json);
        writeOwner(table, row, full, json);
        if (owners != null) {
            writeProcesses(owners.apply(row), json);
        }
        long cookie = table.cookie(row);
        json.name("cookie").value(cookie == 0 ? null : Long.toHexString(cookie));
        long cgroup = table.cgroup(row);
        json.name("cgroup_id");
        if (cgroup == 0) {
            json.nullValue();
        } else {
            json.jsonValue(Long.toUnsignedString(cgroup));
        }
        int interfaceIndex = table.interfaceIndex(row);
        JsonValues.known(json, "interface_index", interfaceIndex == 0 ? SocketTable.UNKNOWN : interfaceIndex);
        JsonValues.decimal(json, "state_age_at_least_seconds", StateAge.atLeastMillis(table, row), 3);
        if (connections != null) {
            writeAges(connections, row, json);
        }
        json.endObject();
    }

    private void writeAges(TrackedConnections known, int row, JsonWriter json) throws IOException {
        int handle = known.find(table, row);
        boolean tracked = handle != TrackedConnections.NOT_TRACKED;
        json.name("state_age");
        LifecycleJson.age(tracked ? known.stateAge(handle) : null, json);
        json.name("age");
        LifecycleJson.age(tracked ? known.age(handle) : null, json);
    }

    private static void writeEndpoint(Endpoint endpoint, JsonWriter json) throws IOException {
        json.beginObject();
        json.name("address").value(endpoint.address().toString());
        json.name("port").value(endpoint.port());
        json.endObject();
    }

    private static void writeTimer(SocketTable table, int row, JsonWriter json) throws IOException {
        int timer = table.timer(row);
        json.name("timer");
        if (timer == 0) {
            json.nullValue();
            return;
        }
        json.beginObject();
        json.name("name").value(timerName(timer));
        JsonValues.decimal(json, "expires_seconds", table.expiresMillis(row), 3);
        json.name("retransmits").value(table.retransmits(row));
        json.endObject();
    }

    private static void writeProcesses(Owners owners, JsonWriter json) throws IOException {
        json.name("owners").beginArray();
        for (Owner owner : owners.processes()) {
            json.beginObject();
            json.name("pid").value(owner.pid());
            json.name("name").value(owner.name());
            json.endObject();
        }
        json.endArray();
        json.name("owned_by").value(owners.evidence());
    }

    private static void writeOwner(SocketTable table, int row, boolean full, JsonWriter json) throws IOException {
        long inode = table.inode(row);
        long uid = table.uid(row);
        // A socket without a file is shown by the kernel as root's, which says nothing.
        boolean owned = full && (inode != 0 || uid != 0);
        JsonValues.known(json, "uid", owned ? uid : SocketTable.UNKNOWN);
        JsonValues.known(json, "inode", full ? inode : SocketTable.UNKNOWN);
    }

    private static String label(SocketKind kind) {
        return switch (kind) {
            case FULL -> "full";
            case REQUEST -> "request";
            case MINISOCK -> "minisock";
            case BOUND -> "bound";
        };
    }

    /** The name of {@code idiag_timer} ({@code net/ipv4/inet_diag.c}); null for one that is not known. */
    private static @Nullable String timerName(int timer) {
        return switch (timer) {
            case 1 -> "retransmit";
            case 2 -> "keepalive";
            case 3 -> "time_wait";
            case 4 -> "zero_window_probe";
            case 5 -> "delayed_ack";
            default -> null;
        };
    }
}
