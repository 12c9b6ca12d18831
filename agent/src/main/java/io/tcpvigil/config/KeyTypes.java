// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.config;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.Span;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** The kinds of values that settings have. */
public final class KeyTypes {
    private static final String DECIMAL = "[0-9]{1,12}(\\.[0-9]{1,9})?";

    private KeyTypes() {}

    /** Milliseconds, written as a span of time. */
    public static KeyType<Long> span(long leastMillis, long mostMillis) {
        return new SingleType<>(
                "SPAN",
                "a number with ms, s, m, h or d, from " + Span.text(leastMillis) + " to " + Span.text(mostMillis),
                text -> {
                    long millis = Span.parseMillis(text);
                    return millis < leastMillis || millis > mostMillis ? null : (Long) millis;
                },
                Span::text);
    }

    /** A share from above 0 to 1, written as a percentage. */
    public static KeyType<Double> percentage() {
        return new SingleType<>(
                "PERCENT",
                "a percentage above 0 and up to 100, such as 80%",
                text -> {
                    @Nullable
                    Double percent = decimal(text.endsWith("%") ? text.substring(0, text.length() - 1) : text);
                    return percent == null || percent > 100 ? null : (Double) (percent / 100);
                },
                share -> plain(share * 100) + "%");
    }

    /** Above 0, such as 0.5. */
    public static KeyType<Double> positive() {
        return new SingleType<>("NUMBER", "a number above 0", KeyTypes::decimal, KeyTypes::plain);
    }

    /** A whole number; {@code least} is not below 0. */
    public static KeyType<Integer> integer(int least, int most) {
        return new SingleType<>(
                "N",
                "a whole number from " + least + " to " + most,
                text -> {
                    long number = text.matches("[0-9]{1,10}") ? Long.parseLong(text) : -1;
                    return number < least || number > most ? null : (Integer) (int) number;
                },
                number -> Integer.toString(number));
    }

    /** Yes or no. */
    public static KeyType<Boolean> bool() {
        return new SingleType<>(
                "BOOLEAN",
                "true or false",
                text -> switch (text.toLowerCase(Locale.ROOT)) {
                    case "true" -> Boolean.TRUE;
                    case "false" -> Boolean.FALSE;
                    default -> null;
                },
                value -> Boolean.toString(value));
    }

    /** One of the constants, in lower case. */
    public static <E extends Enum<E>> KeyType<E> choice(String label, Class<E> of) {
        List<E> constants = Arrays.asList(of.getEnumConstants());
        List<String> names = constants.stream().map(KeyTypes::lowerCase).toList();
        return new SingleType<>(
                label,
                "one of " + String.join(", ", names),
                text -> names.contains(text) ? constants.get(names.indexOf(text)) : null,
                KeyTypes::lowerCase);
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** The path of a file, relative to the file in which it stands; empty for none. */
    public static KeyType<String> path() {
        return PathType.FILE;
    }

    /** Text that passes a check. */
    public static KeyType<String> text(String label, String allowed, Predicate<String> check) {
        return new SingleType<>(label, allowed, text -> check.test(text) ? text : null, text -> text);
    }

    /** One or more such texts. */
    public static KeyType<List<String>> texts(String label, String allowed, Predicate<String> check) {
        return new ListType<>(new SingleType<>(label, allowed, text -> check.test(text) ? text : null, text -> text));
    }

    private static @Nullable Double decimal(String text) {
        double number = text.matches(DECIMAL) ? Double.parseDouble(text) : 0;
        return number > 0 ? (Double) number : null;
    }

    /** Without an exponent and without the noise that percentages of doubles have in their last digits. */
    private static String plain(double number) {
        BigDecimal rounded = new BigDecimal(number).setScale(9, RoundingMode.HALF_EVEN);
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }
}
