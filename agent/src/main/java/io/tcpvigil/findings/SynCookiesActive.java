// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.KernelEvent;
import java.util.OptionalLong;

/** A SYN queue is full: the kernel answers with SYN cookies, or drops when they are off. */
final class SynCookiesActive extends Detector {

    SynCookiesActive() {
        super(FindingId.SYN_COOKIES_ACTIVE);
    }

    @Override
    boolean isHistory() {
        return true;
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        OptionalLong cookies = now.rates().count(KernelEvent.REQ_Q_FULL_DO_COOKIES);
        OptionalLong drops = now.rates().count(KernelEvent.REQ_Q_FULL_DROP);
        if (cookies.isEmpty() || drops.isEmpty()) {
            out.unknown("TCPReqQFullDoCookies is not counted, or was looked at only once");
            return;
        }
        long full = cookies.getAsLong() + drops.getAsLong();
        double rate = full / now.rates().seconds();
        out.add(
                Scope.NAMESPACE,
                "SYNs that found a full queue in a second",
                rate,
                threshold(now),
                drops.getAsLong() > 0 ? 1 : Double.POSITIVE_INFINITY,
                () -> account(now, full, rate, drops.getAsLong()));
    }

    private static Account account(Observation now, long full, double rate, long drops) {
        long failed = now.rates().atLeast(KernelEvent.SYNCOOKIES_FAILED);
        long received = now.rates().atLeast(KernelEvent.SYNCOOKIES_RECV);
        return new Account(
                        full,
                        Text.rate(rate) + " SYNs a second find a full queue"
                                + (drops > 0 ? " and are dropped" : ": SYN cookies are sent"))
                .counted(
                        now,
                        KernelEvent.REQ_Q_FULL_DO_COOKIES,
                        KernelEvent.REQ_Q_FULL_DROP,
                        KernelEvent.SYNCOOKIES_SENT,
                        KernelEvent.SYNCOOKIES_RECV,
                        KernelEvent.SYNCOOKIES_FAILED)
                .measure("tcp_syncookies", now.limits().syncookies().orElse(-1), "net.ipv4.tcp_syncookies")
                .means(
                        "More connections are half-open than a listener's backlog allows. With cookies nothing is kept until"
                                + " the last ACK, and such connections do without some options (window scaling without timestamps).")
                .remedy(
                        drops > 0
                                ? "SYN cookies are off: set net.ipv4.tcp_syncookies=1."
                                : received > failed
                                                && 2 * received > now.rates().atLeast(KernelEvent.SYNCOOKIES_SENT)
                                        ? "Most cookies come back: real clients in a burst. Raise the backlog of the listener"
                                                + " and net.core.somaxconn."
                                        : "Few cookies come back: a SYN flood, which the cookies withstand. Filter upstream.")
                .command("tcpvigil snapshot --by port state=syn_received");
    }
}
