// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.Nullable;
import io.tcpvigil.ports.BindPool;
import io.tcpvigil.ports.DestinationUse;
import io.tcpvigil.ports.EphemeralRange;
import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.ports.PortClass;
import io.tcpvigil.ports.PortOwners;
import io.tcpvigil.ports.PortUse;
import io.tcpvigil.ports.UdpPort;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Endpoint;
import java.io.IOException;
import java.util.List;

/**
 * The members {@code ports}, {@code ephemeral_ports} and {@code destinations} of a report.
 *
 * <pre>{@code
 * "ports": [{"protocol": "tcp", "port": 443, "service": "https", "class": "system", "listening": true,
 *            "accept_queue": {"length": 0, "limit": 511},
 *            "listeners": [{"address": "0.0.0.0", "accept_queue": {"length": 0, "limit": 511}}],
 *            "owners": [{"pid": 815, "name": "nginx"}], "states": {"listen": 1, ...}}],
 * "ephemeral_ports": {"low": 32768, "high": 60999, "available": 28232},
 * "destinations": [{"source": "10.0.0.1", "destination": "10.0.0.5", "port": 5432, "service": "postgresql",
 *                   "ports_used": 400, "ports_available": 28232, "ports_reusable": 12,
 *                   "utilisation": 0.014168, "states": {"listen": 0, ...}}]
 * }</pre>
 *
 * <p>Owners are null where they are not known, or nobody asked. A UDP port has {@code "protocol": "udp"}, {@code receive_queue} in
 * bytes and no states; whether it is {@code listening} is null where it may be a client's. When somebody asked for them, there are
 * {@code "bind_pools": [{"source": "10.0.0.1", "bound": 20, "ports_used": 420, "ports_available": 28232}]}.
 */
final class PortsJson {
    private PortsJson() {}

    /**
     * Writes the three members.
     *
     * @param counted whether the dump gave anything; when not, only the range is known
     */
    static void write(Report report, boolean counted, JsonWriter json) throws IOException {
        EphemeralRange range = report.range();
        PortBreakdown breakdown = counted ? report.ports() : null;
        json.name("ports");
        if (breakdown == null) {
            json.nullValue();
        } else {
            json.beginArray();
            for (PortUse use : breakdown.ports()) {
                writePort(use, report.services(), json);
            }
            writeUdp(breakdown.udp(), report.services(), json);
            json.endArray();
        }
        json.name("ephemeral_ports");
        if (range == null) {
            json.nullValue();
        } else {
            json.beginObject();
            json.name("low").value(range.low());
            json.name("high").value(range.high());
            json.name("available").value(range.size());
            json.endObject();
        }
        json.name("destinations");
        if (breakdown == null || range == null) {
            json.nullValue();
        } else {
            json.beginArray();
            for (DestinationUse use : breakdown.destinations()) {
                writeDestination(use, report.services(), json);
            }
            json.endArray();
            writePools(breakdown.pools(), json);
        }
    }

    /** Writes what groups by local port do not have: the UDP ports, null when not known. */
    static void writeUdp(Report report, JsonWriter json) throws IOException {
        List<UdpPort> udp = report.ports().udp();
        json.name("udp");
        if (udp == null) {
            json.nullValue();
        } else {
            json.beginArray();
            writeUdp(udp, report.services(), json);
            json.endArray();
        }
    }

    private static void writeUdp(@Nullable List<UdpPort> ports, Report.ServiceNames services, JsonWriter json)
            throws IOException {
        for (UdpPort each : ports == null ? List.<UdpPort>of() : ports) {
            writeUdp(each, services, json);
        }
    }

    private static void writePort(PortUse use, Report.ServiceNames services, JsonWriter json) throws IOException {
        json.beginObject();
        json.name("protocol").value("tcp");
        json.name("port").value(use.port());
        json.name("service").value(services.tcp(use.port()));
        json.name("class").value(PortClass.of(use.port()).label());
        boolean listening = !use.listeners().isEmpty();
        json.name("listening").value(listening);
        if (listening) {
            acceptQueue(json, use.acceptQueueLength(), use.acceptQueueLimit());
        } else {
            json.name("accept_queue").nullValue();
        }
        json.name("listeners").beginArray();
        for (PortUse.Listener listener : use.listeners()) {
            json.beginObject();
            json.name("address").value(listener.local().address().toString());
            acceptQueue(json, listener.acceptQueueLength(), listener.acceptQueueLimit());
            json.endObject();
        }
        json.endArray();
        json.name("owners");
        writeOwners(use.owners(), json);
        json.name("states");
        ReportJson.states(json, use.states());
        json.endObject();
    }

    static void writeOwners(@Nullable List<PortOwners.Owner> owners, JsonWriter json) throws IOException {
        if (owners == null) {
            json.nullValue();
            return;
        }
        json.beginArray();
        for (PortOwners.Owner owner : owners) {
            json.beginObject();
            json.name("pid").value(owner.pid());
            json.name("name").value(owner.name());
            json.endObject();
        }
        json.endArray();
    }

    private static void writeUdp(UdpPort use, Report.ServiceNames services, JsonWriter json) throws IOException {
        json.beginObject();
        json.name("protocol").value("udp");
        json.name("port").value(use.port());
        json.name("service").value(services.udp(use.port()));
        json.name("class").value(PortClass.of(use.port()).label());
        json.name("listening").value(use.surelyServes() ? Boolean.TRUE : null);
        JsonValues.known(json, "receive_queue", use.receiveQueueBytes());
        json.name("listeners").beginArray();
        for (Endpoint local : use.locals()) {
            json.beginObject();
            json.name("address").value(local.address().toString());
            json.endObject();
        }
        json.endArray();
        json.name("owners");
        writeOwners(use.owners(), json);
        json.endObject();
    }

    /** Writes the member {@code bind_pools}, if somebody asked. */
    static void writePools(@Nullable List<BindPool> pools, JsonWriter json) throws IOException {
        if (pools == null) {
            return;
        }
        json.name("bind_pools").beginArray();
        for (BindPool pool : pools) {
            json.beginObject();
            json.name("source").value(pool.source().toString());
            json.name("bound").value(pool.bound());
            json.name("ports_used").value(pool.portsUsed());
            json.name("ports_available").value(pool.portsAvailable());
            json.endObject();
        }
        json.endArray();
    }

    /** Writes the member {@code accept_queue}: null when neither number is known. */
    static void acceptQueue(JsonWriter json, long length, long limit) throws IOException {
        json.name("accept_queue");
        if (length < 0 && limit < 0) {
            json.nullValue();
        } else {
            json.beginObject();
            JsonValues.known(json, "length", length);
            JsonValues.known(json, "limit", limit);
            json.endObject();
        }
    }

    private static void writeDestination(DestinationUse use, Report.ServiceNames services, JsonWriter json)
            throws IOException {
        json.beginObject();
        json.name("source").value(use.source().toString());
        json.name("destination").value(use.destination().toString());
        json.name("port").value(use.port());
        json.name("service").value(services.tcp(use.port()));
        json.name("ports_used").value(use.portsUsed());
        json.name("ports_available").value(use.portsAvailable());
        JsonValues.known(json, "ports_reusable", use.portsReusable());
        // A share of no ports at all is no number.
        long millionths = use.portsAvailable() == 0 ? -1 : Math.round(use.utilisation() * 1e6);
        JsonValues.decimal(json, "utilisation", millionths, 6);
        json.name("states");
        ReportJson.states(json, use.states());
        json.endObject();
    }
}
