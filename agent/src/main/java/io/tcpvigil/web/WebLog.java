// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

/** Takes what the web server has to say, one line each time, from any thread. */
public interface WebLog {
    /** All is as it should be. */
    void notice(String line);

    /** Something is not. */
    void warning(String line);
}
