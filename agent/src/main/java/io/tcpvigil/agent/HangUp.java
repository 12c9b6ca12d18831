// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * SIGHUP as a request, where it would end the process otherwise.
 *
 * <p>By reflection on {@code sun.misc.Signal}, which javac warns of and which is in every JDK (module jdk.unsupported). It runs
 * the handler on a thread of the JVM. A handler of our own through sigaction(2) would run in the middle of whatever thread the
 * signal hits, where no Java code may run; a signalfd(2) needs the signal blocked in every thread, and those of the JVM are there
 * before us.
 */
public final class HangUp {
    private HangUp() {}

    /**
     * From now on has {@code request} run at each SIGHUP, on another thread.
     *
     * @return why this JVM does not let us; null when it does
     */
    public static @Nullable String onSignal(Runnable request) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object calls = Proxy.newProxyInstance(
                    HangUp.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            request.run();
                            return null;
                        }
                        throw new UnsupportedOperationException(method.getName());
                    });
            Object before = signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), calls);
            // The JVM leaves a signal alone that is ignored when it starts.
            return before == handler.getField("SIG_IGN").get(null) ? "it is ignored since the start (nohup)" : null;
        } catch (InvocationTargetException refused) {
            // Such as by a JVM that was started with -Xrs.
            return String.valueOf(refused.getCause());
        } catch (ReflectiveOperationException missing) {
            return missing.toString();
        }
    }
}
