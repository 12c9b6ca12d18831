// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.Nullable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a configuration file of the web server says.
 *
 * @param tls null for plain connections
 * @param users the bcrypt hash of each user's password; empty when none is asked for
 * @param fields header fields for every answer
 * @param files that it was read from; a change of any of them is a change of it
 */
record WebConfig(@Nullable Tls tls, Map<String, String> users, Map<String, String> fields, List<Path> files) {
    /** Without a file. */
    static final WebConfig PLAIN = new WebConfig(null, Map.of(), Map.of(), List.of());

    WebConfig {
        users = Map.copyOf(users);
        fields = Map.copyOf(fields);
        files = List.copyOf(files);
    }
}
