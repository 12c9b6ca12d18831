// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpvigil.web.http.Answer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** With workers that work when the test says so. */
final class SharedAnswersTest {
    private final Queue<Runnable> work = new ArrayDeque<>();
    private final List<String> replies = new ArrayList<>();
    private Object report = "first";
    private long nanos;
    private int made;
    private int status = 200;
    private Runnable meanwhile = () -> {};
    private final SharedAnswers answers = new SharedAnswers(work::add, () -> report, () -> nanos);

    private void ask(String key) {
        answers.get(
                key,
                () -> {
                    made++;
                    Answer answer = Answer.line(status, key + " " + made);
                    meanwhile.run();
                    return answer;
                },
                reply -> replies.add(new String(reply.body(), StandardCharsets.UTF_8).strip()));
    }

    private void workAll() {
        for (Runnable task = work.poll(); task != null; task = work.poll()) {
            task.run();
        }
    }

    @Test
    void makesOneForAllWhoComeBeforeItIsBegun() {
        ask("a");
        ask("a");
        ask("b");
        workAll();
        assertEquals(List.of("a 1", "a 1", "b 2"), replies);
    }

    @Test
    void givesItAgainForAWhile() {
        ask("a");
        workAll();
        nanos += 99_999_999;
        ask("a");
        assertEquals(List.of("a 1", "a 1"), replies, "without a worker");
        nanos += 1;
        ask("a");
        workAll();
        assertEquals(List.of("a 1", "a 1", "a 2"), replies);
    }

    @Test
    void makesANewOneOfANewReport() {
        ask("a");
        workAll();
        report = "second";
        ask("a");
        workAll();
        assertEquals(List.of("a 1", "a 2"), replies);
    }

    @Test
    void givesItToWhoCameWhileItWasMade() {
        meanwhile = () -> {
            meanwhile = () -> {};
            ask("a");
        };
        ask("a");
        workAll();
        assertEquals(List.of("a 1", "a 1"), replies);
    }

    @Test
    void makesANewOneForWhoCameAfterANewReport() {
        meanwhile = () -> {
            meanwhile = () -> {};
            report = "second";
            ask("a");
        };
        ask("a");
        workAll();
        assertEquals(List.of("a 1", "a 2"), replies);
    }

    @Test
    void givesNoExcuseTwice() {
        status = 500;
        ask("a");
        workAll();
        ask("a");
        workAll();
        assertEquals(List.of("a 1", "a 2"), replies);
    }
}
