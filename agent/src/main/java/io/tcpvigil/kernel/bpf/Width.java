// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

/** How much a load or store moves; the codes are of {@code include/uapi/linux/bpf_common.h}. */
enum Width {
    U32(0x00, 4),
    U16(0x08, 2),
    U8(0x10, 1),
    U64(0x18, 8);

    final int code;
    final int bytes;

    Width(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /** The width of {@code bytes}, one of 1, 2, 4, 8. */
    static Width ofBytes(int bytes) {
        for (Width width : values()) {
            if (width.bytes == bytes) {
                return width;
            }
        }
        throw new IllegalArgumentException("no load or store of " + bytes + " bytes");
    }
}
