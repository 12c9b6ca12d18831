// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** Numbers of rows. The array stays from look to look: a pile makes no garbage because it stands. */
final class RowList {
    private int[] rows = new int[4];
    private int size;

    void clear() {
        size = 0;
    }

    void add(int row) {
        if (size == rows.length) {
            rows = Arrays.copyOf(rows, 4 * size);
        }
        rows[size++] = row;
    }

    void addAll(RowList others) {
        for (int i = 0; i < others.size; i++) {
            add(others.rows[i]);
        }
    }

    int size() {
        return size;
    }

    int get(int index) {
        return rows[index];
    }

    /** The number of rows for which something holds. */
    int count(IntPredicate condition) {
        int count = 0;
        for (int i = 0; i < size; i++) {
            if (condition.test(rows[i])) {
                count++;
            }
        }
        return count;
    }
}
