// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.Nullable;
import io.tcpvigil.web.http.Answer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Makes each answer once for all who want the same: it is given to whoever asks within {@value #GOOD_FOR_MILLIS} ms, as long as
 * it is about the last report. So nobody gets an older report than there is, what an answer says of this very moment is as good as
 * of this moment, and a thousand scrapers cost little more than one.
 */
final class SharedAnswers {
    /** Short beside the shortest interval between two samples that makes sense, long beside the time that an answer takes to make. */
    private static final long GOOD_FOR_MILLIS = 100;

    private final Executor workers;
    private final Supplier<@Nullable Object> lastReport;
    private final LongSupplier nanoClock;
    private final Map<String, Shared> answers = new HashMap<>();

    /** What all get who want the same; under the lock of the map. */
    private static final class Shared {
        final List<Consumer<Answer>> waiting = new ArrayList<>();
        boolean beingMade;

        @Nullable
        Made made;
    }

    /**
     * An answer that may be given again.
     *
     * @param report what it is about
     * @param begunNanos when its making began, which is what it tells of
     */
    private record Made(Answer answer, @Nullable Object report, long begunNanos) {}

    /**
     * @param lastReport gives what answers are about, by identity
     * @param nanoClock a monotonic clock
     */
    SharedAnswers(Executor workers, Supplier<@Nullable Object> lastReport, LongSupplier nanoClock) {
        this.workers = workers;
        this.lastReport = lastReport;
        this.nanoClock = nanoClock;
    }

    /**
     * Has {@code maker} make an answer, or gives one that is good still, or waits for one that is to be begun.
     *
     * @param key the same for requests that are to get the same
     * @param maker must not throw exceptions
     * @param reply takes the answer, in this thread or another
     */
    void get(String key, Supplier<Answer> maker, Consumer<Answer> reply) {
        Made made;
        boolean begin = false;
        synchronized (answers) {
            Shared shared = answers.computeIfAbsent(key, first -> new Shared());
            made = isGood(shared.made) ? shared.made : null;
            if (made == null) {
                shared.waiting.add(reply);
                begin = !shared.beingMade;
                shared.beingMade = true;
            }
        }
        if (made != null) {
            reply.accept(made.answer());
        } else if (begin) {
            workers.execute(() -> make(key, maker));
        }
    }

    private boolean isGood(@Nullable Made made) {
        return made != null
                && made.report() == lastReport.get()
                && nanoClock.getAsLong() - made.begunNanos() < TimeUnit.MILLISECONDS.toNanos(GOOD_FOR_MILLIS);
    }

    private void make(String key, Supplier<Answer> maker) {
        List<Consumer<Answer>> served = new ArrayList<>();
        synchronized (answers) {
            takeWaiting(key, served);
        }
        Object report = lastReport.get();
        long begun = nanoClock.getAsLong();
        Answer answer = Answer.line(500, "internal error; the log of tcpvigil says more");
        try {
            answer = maker.get();
        } finally {
            boolean more = keep(key, new Made(answer, report, begun), served);
            for (Consumer<Answer> each : served) {
                each.accept(answer);
            }
            if (more) {
                workers.execute(() -> make(key, maker));
            }
        }
    }

    private void takeWaiting(String key, List<Consumer<Answer>> to) {
        Shared shared = answers.computeIfAbsent(key, first -> new Shared());
        to.addAll(shared.waiting);
        shared.waiting.clear();
    }

    /** Keeps an answer for who comes, and for those who came while it was made; whether some are left who need another one. */
    private boolean keep(String key, Made made, List<Consumer<Answer>> served) {
        synchronized (answers) {
            Shared shared = answers.computeIfAbsent(key, first -> new Shared());
            // An excuse is for those who asked.
            shared.made = made.answer().status() == 200 ? made : null;
            if (isGood(shared.made)) {
                takeWaiting(key, served);
            }
            shared.beingMade = !shared.waiting.isEmpty();
            // What nobody asks for any more takes no memory.
            answers.values().removeIf(each -> !each.beingMade && !isGood(each.made));
            return shared.beingMade;
        }
    }
}
