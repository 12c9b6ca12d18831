// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.IpAddress;

/** Numbers and names as they stand in headlines. */
final class Text {
    private static final int MINUTE = 60;
    private static final int HOUR = 3600;

    private Text() {}

    static String end(IpAddress address, int port) {
        return new Endpoint(address, port).toString();
    }

    /** Such as {@code 12 %}; with a digit after the point below 10. */
    static String percent(double share) {
        double value = share * 100;
        return (value < 9.95 ? Double.toString(Math.round(value * 10) / 10.0) : Long.toString(Math.round(value)))
                + " %";
    }

    /** Such as {@code 0.3} or {@code 12}: a rate for people. */
    static String rate(double perSecond) {
        return perSecond < 9.95
                ? Double.toString(Math.round(perSecond * 10) / 10.0)
                : Long.toString(Math.round(perSecond));
    }

    /** Such as {@code 45 s}, {@code 12 min} or {@code 3 h}. */
    static String span(double seconds) {
        if (seconds < 2 * MINUTE) {
            return Math.round(seconds) + " s";
        }
        return seconds < 2 * HOUR ? Math.round(seconds / MINUTE) + " min" : Math.round(seconds / HOUR) + " h";
    }

    static String count(long count, String one, String many) {
        return count + " " + (count == 1 ? one : many);
    }
}
