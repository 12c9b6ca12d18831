// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Which package may know which: the table of the design, held against the compiled classes. {@code tcp} is the vocabulary:
 * whoever may see a package whose types speak of states may see it too.
 */
class LayeringTest {
    private static final Path CLASSES = Path.of("target/classes");
    private static final String ROOT = "io.tcpvigil";

    /** Package to the packages and libraries that it may use; besides, all may use the JDK and the root package. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            allow("", ""),
            allow("text", ""),
            allow("yaml", "text org.snakeyaml"),
            allow("tcp", ""),
            allow("config", "yaml text tcp"),
            allow("kernel.libc", "jnr"),
            allow("kernel.netlink", "kernel.libc"),
            allow("kernel.inetdiag", "kernel.netlink tcp"),
            allow("kernel.procfs", "tcp"),
            allow("kernel.bpf", "kernel.libc tcp"),
            allow("kernel.netns", "kernel.libc"),
            allow("kernel", "kernel.libc kernel.netlink kernel.inetdiag kernel.procfs kernel.netns tcp"),
            allow("lifecycle", "tcp"),
            allow("ports", "tcp lifecycle"),
            allow("findings", "tcp lifecycle ports"),
            allow("owners", "tcp kernel.libc oshi"),
            allow("report", "tcp lifecycle ports findings"),
            allow("follow", "kernel kernel.inetdiag kernel.bpf lifecycle report tcp"),
            allow("export", "report text tcp lifecycle ports findings io.prometheus com.google.gson"),
            allow("web.http", ""),
            allow("web", "web.http at.favre.lib report export text yaml tcp lifecycle ports findings com.google.gson"),
            allow(
                    "agent",
                    "kernel kernel.libc kernel.netlink kernel.inetdiag kernel.procfs kernel.bpf kernel.netns lifecycle ports findings"
                            + " owners report export web text yaml config tcp"),
            allow("lab", "lab.wire kernel.libc kernel.netns tcp"),
            allow("lab.wire", "tcp"),
            allow("lab.scenario", "lab lab.wire kernel.libc kernel.netns tcp"),
            allow(
                    "cli",
                    "kernel kernel.libc kernel.netlink kernel.inetdiag kernel.procfs kernel.bpf kernel.netns lifecycle ports findings"
                            + " owners report export web text yaml config tcp agent follow lab lab.wire lab.scenario picocli com.google.gson"));

    private static Map.Entry<String, Set<String>> allow(String from, String to) {
        return Map.entry(from, to.isEmpty() ? Set.of() : Set.copyOf(Arrays.asList(to.split(" ", -1))));
    }

    @Test
    void packagesUseOnlyWhatTheDesignAllows() {
        Map<String, Set<String>> uses = packageUses();
        assertTrue(uses.size() > 5, "jdeps told of " + uses.keySet());
        Set<String> forbidden = new TreeSet<>();
        uses.forEach((from, targets) -> {
            Set<String> allowed = MAY_USE.getOrDefault(from, Set.of());
            for (String target : targets) {
                if (!target.isEmpty() && !allowed.contains(target)) {
                    forbidden.add((from.isEmpty() ? ROOT : from) + " -> " + target);
                }
            }
        });
        assertEquals(Set.of(), forbidden);
    }

    @Test
    void everyPackageSaysWhatItIsFor() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            Set<Path> withSources = files.filter(file -> file.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .collect(Collectors.toSet());
            for (Path directory : withSources) {
                assertTrue(Files.exists(directory.resolve("package-info.java")), directory.toString());
            }
        }
    }

    /** What {@code jdeps} sees, in short names: our packages without the root, libraries by their first words. */
    private static Map<String, Set<String>> packageUses() {
        ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = jdeps.run(
                new PrintWriter(out),
                new PrintWriter(err),
                "-verbose:package",
                "--ignore-missing-deps",
                "--multi-release",
                "17",
                CLASSES.toString());
        assertEquals(0, code, err.toString());
        Map<String, Set<String>> uses = new TreeMap<>();
        out.toString().lines().forEach(line -> {
            // "   io.tcpvigil.kernel   -> io.tcpvigil.tcp   classes"
            String[] words = line.trim().split("\\s+", -1);
            if (line.startsWith("   ") && words.length > 2 && words[1].equals("->")) {
                String from = shortName(words[0]);
                String target = shortName(words[2]);
                if (!target.equals(from)) {
                    uses.computeIfAbsent(from, none -> new TreeSet<>()).add(target);
                }
            }
        });
        return uses;
    }

    private static String shortName(String name) {
        if (name.equals(ROOT)) {
            return "";
        }
        if (name.startsWith(ROOT + ".")) {
            return name.substring(ROOT.length() + 1);
        }
        for (String library : new String[] {
            "jnr", "oshi", "picocli", "io.prometheus", "com.google.gson", "org.snakeyaml", "at.favre.lib"
        }) {
            if (name.equals(library) || name.startsWith(library + ".")) {
                return library;
            }
        }
        // The one of com.sun is a documented part of the JDK.
        boolean isJdk = name.startsWith("java.") || name.startsWith("javax.") || name.startsWith("com.sun.management");
        return isJdk ? "" : name;
    }
}
