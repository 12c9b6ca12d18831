// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelReleaseTest {
    @ParameterizedTest
    @CsvSource({
        "6.8.0, 6, 8, true",
        "6.18.44-fc, 6, 8, true",
        "6.1.0-13-amd64, 6, 8, false",
        "5.15, 5, 4, true",
        "10.0-rc1, 6, 8, true",
        "nonsense, 5, 4, false",
        "'', 0, 1, false"
    })
    void comparesKernelReleases(String release, int major, int minor, boolean atLeast) {
        assertEquals(atLeast, KernelRelease.parse(release).isAtLeast(major, minor));
    }
}
