// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServicesFileTest {
    @TempDir
    private Path directory;

    @Test
    void namesPortsByProtocol() throws IOException {
        ServicesFile services = services("""
                # Network services, Internet style

                tcpmux\t\t1/tcp\t\t\t\t# TCP port service multiplexer
                ssh             22/tcp          # SSH Remote Login Protocol
                domain\t\t53/tcp
                domain\t\t53/udp
                ntp 123/udp
                http            80/tcp          www             # WorldWideWeb HTTP
                http-alt        8080/tcp#glued
                last            65535/tcp""");

        assertEquals("tcpmux", services.tcp(1));
        assertEquals("ssh", services.tcp(22));
        assertEquals("domain", services.tcp(53));
        assertEquals("domain", services.udp(53));
        assertEquals("http", services.tcp(80));
        assertEquals("http-alt", services.tcp(8080));
        assertEquals("last", services.tcp(65_535));
        assertNull(services.udp(22));
        assertNull(services.tcp(123));
        assertEquals("", services.problem());
    }

    @Test
    void takesTheFirstOfSeveralNames() throws IOException {
        assertEquals("first", services("first 5/tcp\nsecond 5/tcp\n").tcp(5));
    }

    @Test
    void passesOverLinesThatMakeNoSense() throws IOException {
        ServicesFile services = services("""
                one
                two 2
                three 3/
                four /tcp
                five x/tcp
                six 0/tcp
                seven 65536/tcp
                eight -8/tcp
                nine 9/sctp
                ten 10/tcpx
                 # 11/tcp
                café 12/tcp
                \033[31m 13/tcp
                14/tcp
                x 99999999999999999999/tcp
                sound 15/tcp
                """);

        assertEquals("sound", services.tcp(15));
        for (int port = 1; port < 15; port++) {
            assertNull(services.tcp(port), "port " + port);
        }
        assertNull(services.tcp(0));
        assertNull(services.tcp(65_536));
        assertNull(services.tcp(-8));
    }

    @Test
    void hasNoNamesWithoutAFile() {
        ServicesFile services = new ServicesFile(directory.resolve("services"));

        assertNull(services.tcp(22));
        assertEquals("", services.problem());
    }

    @Test
    void saysWhyItHasNoNames() {
        ServicesFile services = new ServicesFile(directory);

        assertNull(services.tcp(22));
        assertTrue(services.problem().contains(directory.toString()), services.problem());
    }

    @Test
    void readsTheFileOnceAndLate() throws IOException {
        Path file = directory.resolve("services");
        ServicesFile services = new ServicesFile(file);
        Files.writeString(file, "early 7/tcp\n");
        assertEquals("early", services.tcp(7));
        Files.writeString(file, "late 7/tcp\n");

        assertEquals("early", services.tcp(7));
    }

    private ServicesFile services(String content) throws IOException {
        Path file = directory.resolve("services");
        Files.writeString(file, content, StandardCharsets.ISO_8859_1);
        return new ServicesFile(file);
    }
}
