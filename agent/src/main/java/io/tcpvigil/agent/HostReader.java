// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.report.Report.Host;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads what identifies the machine and the namespace, which does not change while the program runs. */
final class HostReader {
    private HostReader() {}

    static Host read(ProcFs procFs) {
        Path kernel = procFs.root().resolve("sys/kernel");
        return new Host(line(kernel.resolve("hostname")), line(kernel.resolve("osrelease")), networkNamespace(procFs));
    }

    private static String line(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8).trim();
        } catch (IOException unreadable) {
            // For display only; the reason would not help anybody who reads the header.
            return Host.UNKNOWN;
        }
    }

    /** The number in {@code net:[4026531840]}, the text of the link that stands for the namespace. */
    private static long networkNamespace(ProcFs procFs) {
        try {
            String link = Files.readSymbolicLink(procFs.net().resolveSibling("ns/net"))
                    .toString();
            return Long.parseLong(link.substring(link.indexOf('[') + 1, link.indexOf(']')));
        } catch (IOException | UnsupportedOperationException | IndexOutOfBoundsException | NumberFormatException e) {
            return Host.UNKNOWN_NAMESPACE;
        }
    }
}
