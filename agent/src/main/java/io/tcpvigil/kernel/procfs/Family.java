// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

/** The two address families, each with a socket table of its own. */
public enum Family {
    /** {@code AF_INET}: {@code net/tcp}. */
    IPV4("tcp", 8),
    /** {@code AF_INET6}: {@code net/tcp6}; holds the IPv4 connections of dual-stack sockets too, as v4-mapped addresses. */
    IPV6("tcp6", 32);

    private final String fileName;
    private final int addressDigits;

    Family(String fileName, int addressDigits) {
        this.fileName = fileName;
        this.addressDigits = addressDigits;
    }

    String fileName() {
        return fileName;
    }

    /** How many hexadecimal digits an address has in the file. */
    int addressDigits() {
        return addressDigits;
    }
}
