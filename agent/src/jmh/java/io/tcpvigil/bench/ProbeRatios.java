// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import io.tcpvigil.kernel.bpf.TransitionProbe;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What the probe costs those whose transitions it counts: connections over loopback, opened and closed on one thread, both
 * ends, with the probe after without; ratios of processor time, the kernel's part included. A round is 5,000 connections of
 * 10 transitions each ({@code close}) or of 6 ({@code abort}, SO_LINGER 0).
 *
 * <p>Measured on 2 processors of a virtual machine, Linux 6.18, JDK 17: {@code close} 1.046 (quartiles 1.042 to 1.049) of
 * 29.1 microseconds a connection, {@code abort} 1.039 (1.034 to 1.044) of 23.3; the same twice without a probe 1.00. Wanted was
 * 1.03. Of some 130 to 150 ns a transition the kernel needs about 60 to call any program at all, and 38 to read its clock.
 *
 * <p>Argument: {@code close} or {@code abort}; both without.
 */
public final class ProbeRatios {
    private static final int CONNECTIONS = 5_000;
    private static final int WARM_UP = 6;
    private static final int ROUNDS = 41;

    private ProbeRatios() {}

    private static void churn(Loopback loopback, boolean abort) throws IOException {
        for (int i = 0; i < CONNECTIONS; i++) {
            if (abort) {
                loopback.openAndAbort();
            } else {
                loopback.openAndClose();
            }
        }
    }

    private static void measure(boolean abort) throws Exception {
        Libc libc = Libc.get();
        try (PrivateNamespace namespace = PrivateNamespace.create(libc)) {
            namespace.call(() -> {
                Path ipv4 = Path.of("/proc/sys/net/ipv4");
                Files.writeString(ipv4.resolve("ip_local_port_range"), "1024 65535");
                // No TIME-WAIT stays, so that each round finds the same table.
                Files.writeString(ipv4.resolve("tcp_max_tw_buckets"), "0");
                Loopback loopback = new Loopback(libc, false);
                for (int i = 0; i < WARM_UP; i++) {
                    churn(loopback, abort);
                }
                Pairs pairs = new Pairs();
                Pairs nothing = new Pairs();
                for (int i = 0; i < ROUNDS; i++) {
                    nothing.measure(() -> churn(loopback, abort), () -> churn(loopback, abort));
                    double without = Pairs.nanos(() -> churn(loopback, abort));
                    try (TransitionProbe probe = open(libc)) {
                        pairs.add(without, Pairs.nanos(() -> churn(loopback, abort)));
                    }
                }
                System.out.printf(
                        Locale.ROOT,
                        "%s: %.1f microseconds a connection; with the probe %s; the same twice %s%n",
                        abort ? "abort" : "close",
                        pairs.floorMillis() * 1e3 / CONNECTIONS,
                        pairs,
                        nothing);
                return true;
            });
        }
    }

    private static TransitionProbe open(Libc libc) throws IOException {
        TransitionProbe.Attempt attempt = TransitionProbe.open(libc, TransitionProbe.Settings.ofThread());
        if (attempt instanceof TransitionProbe.Opened opened) {
            return opened.probe();
        }
        throw new IOException(attempt.toString());
    }

    public static void main(String[] arguments) throws Exception {
        String wanted = arguments.length > 0 ? arguments[0] : "close abort";
        if (wanted.contains("close")) {
            measure(false);
        }
        if (wanted.contains("abort")) {
            measure(true);
        }
    }
}
