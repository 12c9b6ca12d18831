// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import io.tcpvigil.testing.StateZoo;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract, held by netlink on the running kernel. */
class NetlinkSourceIT extends SocketSourceContract {
    @SuppressWarnings("NullAway.Init")
    private static StateZoo zoo;

    @BeforeAll
    static void openZoo() throws Exception {
        zoo = StateZoo.open();
    }

    @AfterAll
    static void closeZoo() throws Exception {
        if (zoo != null) {
            zoo.close();
        }
    }

    @Override
    SocketSource source() {
        return NetlinkSource.ofThread();
    }

    @Override
    <T> T inZoo(Callable<T> work) throws Exception {
        return zoo.call(work);
    }

    @Override
    boolean showsBound() {
        return true;
    }
}
