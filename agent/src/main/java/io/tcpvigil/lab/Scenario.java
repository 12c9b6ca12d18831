// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.tcp.TcpState;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Something that can happen to a connection, with a script for each part that the kernel can play in it. Immutable.
 */
public final class Scenario {
    private final String name;
    private final String description;
    private final Map<Role, List<Step>> scripts;

    private Scenario(String name, String description, Map<Role, List<Step>> scripts) {
        this.name = name;
        this.description = description;
        this.scripts = scripts;
    }

    /**
     * A scenario without a script.
     *
     * @param name for the command line: lower case with hyphens
     */
    public static Scenario named(String name, String description) {
        return new Scenario(name, description, new EnumMap<>(Role.class));
    }

    /** With this script for the kernel as the active opener. */
    public Scenario client(Consumer<Script> writer) {
        return with(Role.CLIENT, writer);
    }

    /** With this script for the kernel as the passive opener. */
    public Scenario server(Consumer<Script> writer) {
        return with(Role.SERVER, writer);
    }

    /** With this script after the handshake, whoever opened. */
    public Scenario established(Consumer<Script> writer) {
        return client(script -> writer.accept(script.openActively()))
                .server(script -> writer.accept(script.openPassively()));
    }

    private Scenario with(Role role, Consumer<Script> writer) {
        Script script = new Script();
        writer.accept(script);
        Map<Role, List<Step>> all = new EnumMap<>(Role.class);
        all.putAll(scripts);
        all.put(role, script.steps());
        return new Scenario(name, description, all);
    }

    public String name() {
        return name;
    }

    /** One line. */
    public String description() {
        return description;
    }

    /** The parts that the kernel can play. */
    public List<Role> roles() {
        return List.copyOf(scripts.keySet());
    }

    /** The state that stands when the script of {@code role} has ended, by RFC 9293. */
    public TcpState finalState(Role role) {
        TcpState state = TcpState.CLOSED;
        for (Step step : steps(role)) {
            if (step instanceof Step.Expect expect) {
                state = expect.rfc();
            }
        }
        return state;
    }

    /** How many connections the script of {@code role} speaks of. */
    int connections(Role role) {
        int connections = 1;
        for (Step step : steps(role)) {
            if (step instanceof Step.Connection connection) {
                connections = Math.max(connections, connection.number());
            }
        }
        return connections;
    }

    List<Step> steps(Role role) {
        List<Step> steps = scripts.get(role);
        if (steps == null) {
            throw new IllegalArgumentException(name + " has no script for the kernel as " + role.label());
        }
        return steps;
    }
}
