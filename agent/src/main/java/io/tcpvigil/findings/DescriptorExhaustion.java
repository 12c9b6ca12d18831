// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

/** A process with sockets that comes near its limit of open files: then accept(2) and socket(2) fail. */
final class DescriptorExhaustion extends Detector {
    private static final double CRITICAL = 0.95;

    DescriptorExhaustion() {
        super(FindingId.DESCRIPTOR_EXHAUSTION);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        if (!now.holders().gaps().isEmpty()) {
            out.unknown(now.holders().gaps());
        }
        for (Holder holder : now.holders().busiest()) {
            now.holders()
                    .descriptors(holder)
                    .ifPresent(files -> out.fills(
                            Scope.process(holder),
                            "open files",
                            files.open(),
                            files.limit(),
                            threshold(now),
                            CRITICAL,
                            () -> account(holder, files)));
        }
    }

    private static Account account(Holder holder, Holders.Descriptors files) {
        return new Account(
                        files.open(), holder.label() + " has " + files.open() + " of " + files.limit() + " files open")
                .measure("open_files", files.open(), "/proc/" + holder.pid() + "/fd")
                .measure("open_files_limit", files.limit(), "/proc/" + holder.pid() + "/limits")
                .holder(holder)
                .means("At the limit, accept() and socket() fail with EMFILE: clients connect, and nobody answers.")
                .remedy(
                        "If it leaks (close_wait_leak tells), mend that. If it has so much to do, raise LimitNOFILE= of its"
                                + " unit, or ulimit -n where it is started.")
                .command("tcpvigil snapshot --sockets process=" + holder.pid());
    }
}
