// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Limits of the whole host, for one process only. {@code tcp_max_orphans} and {@code tcp_mem} can be read and set in the initial
 * network namespace only, and set there for everybody, which a test must not do. So the process gets a mount namespace in which
 * a folder covers {@code /proc/sys/net/ipv4}: links lead on to what the kernel has there, and the two limits are files.
 */
final class HostLimits {
    private static final Path SYSCTLS = Path.of("/proc/sys/net/ipv4");
    private static final String COVER =
            "mount --bind \"$0\" \"$1\" && mount --bind \"$2\" \"$0\" && shift 2 && exec \"$@\"";

    private final Path kernels;
    private final Path shown;

    /** @param folder an empty one */
    HostLimits(Path folder) throws IOException {
        kernels = Files.createDirectory(folder.resolve("kernel"));
        shown = Files.createDirectory(folder.resolve("shown"));
        try (DirectoryStream<Path> all = Files.newDirectoryStream(SYSCTLS)) {
            for (Path each : all) {
                Files.createSymbolicLink(shown.resolve(each.getFileName()), kernels.resolve(each.getFileName()));
            }
        }
        lift();
    }

    /** There is room for everything. */
    void lift() throws IOException {
        setOrphans(1_000_000);
        setPressurePages(100_000_000);
    }

    void setOrphans(long most) throws IOException {
        set("tcp_max_orphans", Long.toString(most));
    }

    void setPressurePages(long pages) throws IOException {
        set("tcp_mem", pages + "\t" + pages + "\t" + 2 * pages);
    }

    /** At once: there is no moment at which a reader finds nothing. */
    private void set(String name, String value) throws IOException {
        Path written = Files.writeString(shown.resolveSibling(name), value + "\n");
        Files.move(written, shown.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    /** What starts a program under these limits. */
    List<String> starter() {
        return List.of(
                "unshare", "--mount", "sh", "-c", COVER, SYSCTLS.toString(), kernels.toString(), shown.toString());
    }
}
