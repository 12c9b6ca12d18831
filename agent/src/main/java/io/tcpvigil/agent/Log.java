// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import java.util.function.Consumer;

/** Where the daemon says what has changed: a line for each change of condition, never one for each sample. */
@FunctionalInterface
public interface Log {
    /** How urgent a line is, as syslog(3) ranks it and {@code journalctl -p} picks it. */
    enum Priority {
        /** Something does not work, and will not by itself. */
        ERROR(3),
        /** Works with less than was asked for. */
        WARNING(4),
        /** As it should be. */
        INFO(6);

        private final int number;

        Priority(int number) {
            this.number = number;
        }

        /** The number in {@code syslog.h}. */
        public int number() {
            return number;
        }
    }

    /** Takes one event; the text may have several lines. */
    void say(Priority priority, String text);

    /** The same for who has lines of one priority only. */
    default Consumer<String> at(Priority priority) {
        return text -> say(priority, text);
    }
}
