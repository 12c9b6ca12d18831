// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.web.http.Answer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Makes each answer once for all who wait for the same: who comes while it is made gets the next one, which is begun when
 * this one is done. So nobody gets an answer older than his question, and a thousand scrapers cost no more than two.
 */
final class SharedAnswers {
    private final Executor workers;
    private final Map<String, List<Consumer<Answer>>> waiting = new HashMap<>();

    SharedAnswers(Executor workers) {
        this.workers = workers;
    }

    /**
     * Has {@code maker} make an answer, or waits for one that is to be begun.
     *
     * @param key the same for requests that are to get the same
     * @param maker must not throw exceptions
     */
    void get(String key, Supplier<Answer> maker, Consumer<Answer> reply) {
        synchronized (waiting) {
            List<Consumer<Answer>> others = waiting.get(key);
            if (others != null) {
                others.add(reply);
                return;
            }
            waiting.put(key, new ArrayList<>(List.of(reply)));
        }
        workers.execute(() -> make(key, maker));
    }

    private void make(String key, Supplier<Answer> maker) {
        List<Consumer<Answer>> served;
        synchronized (waiting) {
            served = List.copyOf(waiting.getOrDefault(key, List.of()));
            waiting.put(key, new ArrayList<>());
        }
        Answer answer = Answer.line(500, "internal error; the log of tcpvigil says more");
        try {
            answer = maker.get();
        } finally {
            for (Consumer<Answer> each : served) {
                each.accept(answer);
            }
            boolean more;
            synchronized (waiting) {
                more = !waiting.getOrDefault(key, List.of()).isEmpty();
                if (!more) {
                    waiting.remove(key);
                }
            }
            if (more) {
                workers.execute(() -> make(key, maker));
            }
        }
    }
}
