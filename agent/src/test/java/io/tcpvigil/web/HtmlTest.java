// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HtmlTest {
    private final StringWriter out = new StringWriter();
    private final Html html = new Html(out);

    @Test
    void escapesTextAndNotMarkup() throws IOException {
        html.markup("<b>").text("<script>alert(\"1\" & '2')</script>\n\u202e").markup("</b>");
        assertEquals(
                "<b>&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;\uFFFD\uFFFD</b>",
                out.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"0|0", "999|999", "1000|1,000", "-1|-1", "-1000|-1,000", "-100|-100", "1234567|1,234,567"})
    void groupsDigits(long number, String text) throws IOException {
        html.number(number);
        assertEquals(text, out.toString());
    }
}
