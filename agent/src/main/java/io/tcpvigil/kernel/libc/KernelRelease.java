// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.libc;

/**
 * The version of a kernel, for what cannot be tried out: an option that older kernels ignore without a word, the name of
 * the right that a refused call wanted.
 *
 * @param major such as 6 in {@code 6.1.0-13-amd64}
 * @param minor such as 1
 */
public record KernelRelease(int major, int minor) {
    /** The kernel that this program runs on. */
    public static KernelRelease running() {
        return parse(System.getProperty("os.version", ""));
    }

    /** Reads the first two numbers of {@code uname -r}; 0.0, older than all, when there are none. */
    public static KernelRelease parse(String release) {
        int dot = release.indexOf('.');
        int major = dot < 0 ? 0 : leadingNumber(release.substring(0, dot));
        return major == 0
                ? new KernelRelease(0, 0)
                : new KernelRelease(major, leadingNumber(release.substring(dot + 1)));
    }

    private static int leadingNumber(String text) {
        int value = 0;
        for (int i = 0; i < text.length() && i < 6 && Character.isDigit(text.charAt(i)); i++) {
            value = value * 10 + Character.digit(text.charAt(i), 10);
        }
        return value;
    }

    /** Whether it is this version or a later one. */
    public boolean isAtLeast(int wantedMajor, int wantedMinor) {
        return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
    }
}
