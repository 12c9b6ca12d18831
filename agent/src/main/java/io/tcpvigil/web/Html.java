// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.text.PlainText;
import java.io.IOException;
import java.io.Writer;

/** Writes HTML: markup of this program as it is, everything else escaped. */
final class Html {
    private static final int TEXT_LIMIT = 400;

    private final Writer out;

    Html(Writer out) {
        this.out = out;
    }

    /** Writes markup: constants of this program only. */
    Html markup(String html) throws IOException {
        out.write(html);
        return this;
    }

    /** Writes {@code text} so that it is shown as it is, inside an element or a quoted attribute. */
    Html text(String text) throws IOException {
        String clean = PlainText.oneLine(text, TEXT_LIMIT);
        for (int i = 0; i < clean.length(); i++) {
            char c = clean.charAt(i);
            switch (c) {
                case '&' -> out.write("&amp;");
                case '<' -> out.write("&lt;");
                case '>' -> out.write("&gt;");
                case '"' -> out.write("&quot;");
                case '\'' -> out.write("&#39;");
                default -> out.write(c);
            }
        }
        return this;
    }

    /** Writes a number with a comma after each third digit from the right. */
    Html number(long number) throws IOException {
        String digits = Long.toString(number);
        for (int i = 0; i < digits.length(); i++) {
            out.write(digits.charAt(i));
            int left = digits.length() - 1 - i;
            if (left > 0 && left % 3 == 0 && digits.charAt(i) != '-') {
                out.write(',');
            }
        }
        return this;
    }
}
