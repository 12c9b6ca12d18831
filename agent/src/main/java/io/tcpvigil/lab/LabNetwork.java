// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** A private namespace with the wire in it. Everything but making and closing happens in the namespace's thread. */
final class LabNetwork implements AutoCloseable {
    private static final Path SYSCTLS = Path.of("/proc/sys");
    private static final int EPERM = 1;
    private static final int EACCES = 13;

    private final PrivateNamespace namespace;
    private final TunDevice wire;

    private LabNetwork(PrivateNamespace namespace, TunDevice wire) {
        this.namespace = namespace;
        this.wire = wire;
    }

    /** @param hashBuckets buckets of the namespace's own socket table, a power of two */
    static LabNetwork create(Libc libc, Family family, int hashBuckets) throws LabUnavailableException {
        PrivateNamespace namespace;
        try {
            namespace = PrivateNamespace.withOwnTable(libc, hashBuckets);
        } catch (SyscallException failure) {
            throw unavailable("cannot make a network namespace", failure, "run as root (CAP_SYS_ADMIN is needed)");
        }
        try {
            return new LabNetwork(namespace, namespace.call(() -> openWire(libc, family)));
        } catch (SyscallException failure) {
            namespace.close();
            throw unavailable(
                    "cannot open the TUN device",
                    failure,
                    "run as root (CAP_NET_ADMIN is needed) on a kernel with TUN");
        } catch (IOException failure) {
            namespace.close();
            throw new LabUnavailableException("cannot set up the lab: " + failure.getMessage(), false, failure);
        } catch (Exception failure) {
            namespace.close();
            throw new IllegalStateException("setting up the lab", failure);
        }
    }

    private static LabUnavailableException unavailable(String what, SyscallException failure, String remedy) {
        boolean right = failure.errno() == EPERM || failure.errno() == EACCES;
        return new LabUnavailableException(what + ": " + failure.getMessage() + "; " + remedy, right, failure);
    }

    private static TunDevice openWire(Libc libc, Family family) throws IOException {
        if (family == Family.IPV6) {
            if (!Files.exists(SYSCTLS.resolve("net/ipv6"))) {
                throw new IOException("this kernel has no IPv6");
            }
            writeSysctl("net.ipv6.conf.all.disable_ipv6", "0");
            writeSysctl("net.ipv6.conf.default.disable_ipv6", "0");
        }
        TunDevice wire = TunDevice.open(libc);
        try {
            if (family == Family.IPV6) {
                wire.configureIpv6();
            }
            return wire;
        } catch (IOException failure) {
            wire.close();
            throw failure;
        }
    }

    /** Sets a kernel parameter of the namespace in which the calling thread is; the name as sysctl(8) writes it. */
    static void writeSysctl(String name, String value) throws IOException {
        Files.writeString(SYSCTLS.resolve(name.replace('.', '/')), value);
    }

    TunDevice wire() {
        return wire;
    }

    <T> T call(Callable<T> work) throws Exception {
        return namespace.call(work);
    }

    /** Where nsenter(1) finds the namespace. */
    Path path() throws Exception {
        return namespace.path();
    }

    /** Ends the namespace when nothing runs in it any more. An interrupted caller leaves that to the end of the process. */
    @Override
    public void close() {
        try {
            namespace.call(() -> {
                wire.close();
                return true;
            });
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (Exception failure) {
            throw new IllegalStateException("closing the wire", failure);
        } finally {
            namespace.close();
        }
    }
}
