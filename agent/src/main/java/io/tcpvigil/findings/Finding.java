// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import java.util.List;

/**
 * Something that is wrong.
 *
 * @param scope what it is about; there is at most one finding for an id and a scope
 * @param count how many sockets, events or ports it is made of
 * @param headline one line
 * @param evidence the numbers it rests on, each with its source
 * @param meaning what that says
 * @param remedy what to do, as the evidence has it
 * @param command the command that looks closer
 * @param ports local ports, or remote ones for what goes out, that it is about
 * @param holders processes that it is about, those with most of it first
 * @param forMillis for how long it has been so, as far as it was looked at
 */
public record Finding(
        FindingId id,
        Severity severity,
        Scope scope,
        long count,
        String headline,
        List<Measure> evidence,
        String meaning,
        String remedy,
        String command,
        List<Integer> ports,
        List<Holder> holders,
        long forMillis) {

    public Finding {
        evidence = List.copyOf(evidence);
        ports = List.copyOf(ports);
        holders = List.copyOf(holders);
    }

    /** The name of the runbook: of a file in {@code grafana/runbooks}, and for {@code tcpvigil explain}. */
    public String anchor() {
        return id.label();
    }
}
