// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import io.tcpvigil.Nullable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/**
 * The head of a request. A body is never read.
 *
 * @param path as sent, without the query
 * @param fields by name in lower case, in the order sent
 * @param keepAlive whether the client will send another on this connection; never when this one has a body
 * @param client whose request it is
 * @param server where the server listens that it was sent to
 */
public record Request(
        String method,
        String path,
        Map<String, List<String>> fields,
        boolean keepAlive,
        InetAddress client,
        InetSocketAddress server) {
    public Request {
        fields = Map.copyOf(fields);
    }

    /** All values of a field; none when it was not sent. */
    public List<String> all(String lowerCaseName) {
        return fields.getOrDefault(lowerCaseName, List.of());
    }

    /** The first value of a field; null when it was not sent. */
    public @Nullable String first(String lowerCaseName) {
        List<String> values = all(lowerCaseName);
        return values.isEmpty() ? null : values.get(0);
    }
}
