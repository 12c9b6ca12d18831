// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.Nullable;
import io.tcpvigil.web.http.Answer;
import io.tcpvigil.web.http.Request;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Who is answered: a browser only under a name of this host, and with a password where the configuration asks for one. */
final class Access {
    private final Supplier<WebConfig> config;
    private final Passwords passwords;
    private final LongAdder wrong = new LongAdder();
    private final LongAdder unchecked = new LongAdder();

    /** What a client says it is. */
    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    private record Credentials(String user, byte[] password) {}

    Access(Supplier<WebConfig> config, ErrorLog errors) {
        this.config = config;
        this.passwords = new Passwords(errors);
    }

    /**
     * Decides on a request without waiting.
     *
     * @param verdict takes the refusal, or null when the request may be answered; now or later, in any thread
     */
    void check(Request request, Consumer<@Nullable Answer> verdict) {
        WebConfig now = config.get();
        // Under TLS the certificate names the host, and no page of another site gets this far.
        if (now.tls() == null && !HostCheck.accepts(request)) {
            verdict.accept(Answer.line(403, "this server listens on loopback and answers to localhost only"));
            return;
        }
        if (now.users().isEmpty()) {
            verdict.accept(null);
            return;
        }
        Credentials said = credentials(request.first("authorization"));
        if (said == null) {
            verdict.accept(unauthorized());
            return;
        }
        passwords.check(now.users(), said.user(), said.password(), request.client(), outcome -> {
            switch (outcome) {
                case RIGHT -> verdict.accept(null);
                case WRONG -> verdict.accept(unauthorized());
                case BUSY -> {
                    unchecked.increment();
                    verdict.accept(Answer.line(429, "too many passwords to be checked; try again")
                            .with("Retry-After", "1"));
                }
            }
        });
    }

    private Answer unauthorized() {
        wrong.increment();
        return Answer.line(401, "a user and a password are needed")
                .with("WWW-Authenticate", "Basic realm=\"tcpvigil\", charset=\"UTF-8\"");
    }

    private static @Nullable Credentials credentials(@Nullable String field) {
        if (field == null || !field.regionMatches(true, 0, "Basic ", 0, 6)) {
            return null;
        }
        try {
            byte[] decoded = Base64.getDecoder().decode(field.substring(6).trim());
            for (int i = 0; i < decoded.length; i++) {
                if (decoded[i] == ':') {
                    byte[] password = new byte[decoded.length - i - 1];
                    System.arraycopy(decoded, i + 1, password, 0, password.length);
                    return new Credentials(new String(decoded, 0, i, StandardCharsets.UTF_8), password);
                }
            }
            return null;
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    /** Requests refused for a missing or wrong password. */
    long wrong() {
        return wrong.sum();
    }

    /** Requests refused because too many passwords were being checked. */
    long unchecked() {
        return unchecked.sum();
    }

    void stop() {
        passwords.stop();
    }
}
