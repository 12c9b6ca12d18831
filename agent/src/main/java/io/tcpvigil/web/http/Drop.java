// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

/** Why a client lost its connection. */
public enum Drop {
    /** Its request did not come in time. */
    SLOW_REQUEST("slow_request"),
    /** It did not take its answer in time, or the answer was not made in time. */
    SLOW_ANSWER("slow_answer"),
    /** It had kept the server waiting for longest when a place was needed: for a connection, an answer, or its bytes. */
    GAVE_WAY("gave_way"),
    /** There were too many connections, and none that could give way. */
    REFUSED("refused"),
    /** No TLS could be agreed on, or there was nothing but TLS: record after record without data. */
    HANDSHAKE("handshake");

    private final String label;

    Drop(String label) {
        this.label = label;
    }

    /** The name for machines (labels, JSON). */
    public String label() {
        return label;
    }
}
