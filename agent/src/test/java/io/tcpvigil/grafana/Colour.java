// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/**
 * The palette of Okabe and Ito, which people with any of the usual kinds of colour blindness tell apart; its black, which a dark
 * theme swallows, is a grey. A state has the same colour wherever it is shown.
 */
enum Colour {
    ORANGE("#E69F00"),
    SKY("#56B4E9"),
    GREEN("#009E73"),
    YELLOW("#F0E442"),
    BLUE("#0072B2"),
    VERMILION("#D55E00"),
    PURPLE("#CC79A7"),
    GREY("#8C8C8C");

    /** Nothing wrong, a warning, critical: told apart by lightness, too. */
    static final Colour FINE = SKY;

    static final Colour WARNING = ORANGE;
    static final Colour CRITICAL = VERMILION;

    private static final String[][] STATES = {
        {"listen", "#BBBBBB"},
        {"syn_sent", ORANGE.code},
        {"syn_received", YELLOW.code},
        {"established", BLUE.code},
        {"fin_wait_1", SKY.code},
        {"fin_wait_2", GREEN.code},
        {"close_wait", VERMILION.code},
        {"closing", "#7A5195"},
        {"last_ack", PURPLE.code},
        {"time_wait", GREY.code},
    };

    final String code;

    Colour(String code) {
        this.code = code;
    }

    /** Overrides that give each series of the name of a state its colour. */
    static JsonArray ofStates() {
        JsonArray overrides = new JsonArray();
        for (String[] state : STATES) {
            overrides.add(override(state[0], state[1]));
        }
        return overrides;
    }

    static JsonObject override(String series, String colour) {
        JsonObject fixed = new JsonObject();
        fixed.addProperty("mode", "fixed");
        fixed.addProperty("fixedColor", colour);
        return Json.override(series, "color", fixed);
    }
}
