// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.lab.Family;
import io.tcpvigil.lab.Lab;
import io.tcpvigil.lab.LabUnavailableException;
import io.tcpvigil.lab.Outcome;
import io.tcpvigil.lab.Pile;
import io.tcpvigil.lab.Scenario;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tcpvigil lab pile}: many sockets in one state, to look at. */
@Command(
        name = "pile",
        description = "Pile up sockets in one state and let them stand, in a network namespace of their own.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
final class LabPileCommand implements Callable<Integer> {
    /** The kernel ends TIME-WAIT after so long, whatever is set. */
    private static final int TIME_WAIT_SECONDS = 60;

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call().
    private CommandSpec spec;

    @Parameters(
            paramLabel = "STATE",
            description = "time-wait, close-wait, fin-wait-2, syn-received, syn-sent or last-ack.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call().
    private String stateName;

    @Option(names = "--count", paramLabel = "N", description = "How many, at most 50000; usual: ${DEFAULT-VALUE}.")
    private int count = 1_000;

    @Option(names = "--hold", paramLabel = "SECONDS", description = "How long they stand; usual: ${DEFAULT-VALUE}.")
    private int holdSeconds = 60;

    @Option(names = "--family", paramLabel = "4|6", description = "IPv4 or IPv6; usual: ${DEFAULT-VALUE}.")
    private String familyText = "4";

    LabPileCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        TcpState state = TcpState.parse(stateName);
        if (state == null || !Pile.STATES.contains(state)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "no pile of '" + stateName
                            + "'; it is time-wait, close-wait, fin-wait-2, syn-received, syn-sent or last-ack");
        }
        if (count < 1 || count > Pile.MOST || holdSeconds < 0) {
            throw new ParameterException(spec.commandLine(), "--count is 1 to " + Pile.MOST + ", --hold not negative");
        }
        Family family = Family.parse(familyText);
        if (family == null) {
            throw new ParameterException(spec.commandLine(), "--family is 4 or 6, not '" + familyText + "'");
        }
        Scenario pile = Pile.of(state, count);
        try {
            Outcome outcome = new Lab(Libc.get(), LabObserver::ofThread)
                    .run(pile, pile.roles().get(0), family, (end, namespace) -> hold(end, namespace, state));
            return outcome.failure().isEmpty() ? ExitCode.OK : LabCommand.DIFFERS;
        } catch (LabUnavailableException missing) {
            return LabCommand.report(missing, spec);
        }
    }

    private void hold(Outcome outcome, Path namespace, TcpState state) throws InterruptedException {
        if (!outcome.failure().isEmpty()) {
            spec.commandLine().getErr().println("tcpvigil lab pile: " + outcome.failure());
            return;
        }
        terminal.out().println(outcome.scenario().description() + ", counted through netlink and /proc.");
        if (holdSeconds > 0) {
            if (state == TcpState.TIME_WAIT && holdSeconds > TIME_WAIT_SECONDS) {
                terminal.out().println("The kernel ends TIME-WAIT after " + TIME_WAIT_SECONDS + " s.");
            }
            PrintWriter out = new PrintWriter(terminal.out(), false, StandardCharsets.UTF_8);
            LabCommand.printHold(out, "They stand", holdSeconds, namespace, "snapshot");
            out.flush();
            Thread.sleep(holdSeconds * 1_000L);
        }
        terminal.out().flush();
    }
}
