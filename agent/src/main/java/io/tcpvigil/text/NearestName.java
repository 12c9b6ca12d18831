// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.text;

import io.tcpvigil.Nullable;
import java.util.Collection;
import java.util.Locale;

/** Which of several names somebody meant who wrote another one. */
public final class NearestName {
    /** Nobody writes more than that by a slip, and comparing takes time with the square of it. */
    private static final int LONGEST = 100;

    private NearestName() {}

    /** The one of {@code names} that is nearest to what was typed; null when none is near enough to be meant. */
    public static @Nullable String of(String typed, Collection<String> names) {
        String bare = bare(typed);
        if (bare.length() > LONGEST) {
            return null;
        }
        String best = null;
        // One slip in a short word, one in three letters of a long one.
        int bestDistance = Math.max(1, bare.length() / 3) + 1;
        for (String name : names) {
            int distance = distance(bare, bare(name));
            if (distance < bestDistance) {
                bestDistance = distance;
                best = name;
            }
        }
        return best;
    }

    private static String bare(String text) {
        return text.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "").replace(" ", "");
    }

    /** How many letters to put in, take out or change, or neighbours to swap (optimal string alignment). */
    private static int distance(String a, String b) {
        int[][] steps = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    steps[i][j] = i + j;
                    continue;
                }
                int change = steps[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                steps[i][j] = Math.min(change, Math.min(steps[i - 1][j], steps[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    steps[i][j] = Math.min(steps[i][j], steps[i - 2][j - 2] + 1);
                }
            }
        }
        return steps[a.length()][b.length()];
    }
}
