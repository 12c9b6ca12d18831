// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import io.tcpvigil.Nullable;
import java.net.Socket;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

final class HttpServerTest extends HttpServerContract {
    @Override
    @Nullable
    Supplier<SSLEngine> tls() {
        return null;
    }

    @Override
    Socket client(Socket socket) {
        return socket;
    }
}
