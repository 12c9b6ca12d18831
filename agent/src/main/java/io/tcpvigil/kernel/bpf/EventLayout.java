// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

/**
 * One record of the ring buffer, in the order of the CPU but for addresses, which are as on the wire.
 *
 * <pre>
 *  0  u64 time         8  u64 socket      16  u64 time in the old state   24  u64 birth
 * 32  u32 process     36  u16 family      38  u16 local port  40  u16 remote port
 * 42  u8  old         43  u8  new         44  u8  life        45  u8  where      46  u16 0
 * 48  char[16] name   64  u8[16] local    80  u8[16] remote
 * </pre>
 */
final class EventLayout {
    static final int TIME_OFFSET = 0;
    static final int SOCKET_OFFSET = TIME_OFFSET + 8;
    /** All ones when it is not known. */
    static final int DWELL_OFFSET = SOCKET_OFFSET + 8;
    /** 0 when it is not known. */
    static final int BORN_OFFSET = DWELL_OFFSET + 8;
    /** 0 when it is not known. */
    static final int PROCESS_OFFSET = BORN_OFFSET + 8;

    static final int FAMILY_OFFSET = PROCESS_OFFSET + 4;
    static final int LOCAL_PORT_OFFSET = FAMILY_OFFSET + 2;
    static final int REMOTE_PORT_OFFSET = LOCAL_PORT_OFFSET + 2;
    static final int OLD_OFFSET = REMOTE_PORT_OFFSET + 2;
    static final int NEW_OFFSET = OLD_OFFSET + 1;
    static final int LIFE_OFFSET = NEW_OFFSET + 1;
    static final int WHERE_OFFSET = LIFE_OFFSET + 1;
    static final int NAME_OFFSET = WHERE_OFFSET + 3;
    static final int NAME_BYTES = 16;
    static final int LOCAL_OFFSET = NAME_OFFSET + NAME_BYTES;
    static final int REMOTE_OFFSET = LOCAL_OFFSET + 16;
    static final int BYTES = REMOTE_OFFSET + 16;

    /** Bits of the life of a socket: the peer opened it, we opened it, we closed first, the peer closed first. */
    static final int INBOUND = 1;

    static final int OUTBOUND = 2;
    static final int CLOSED_LOCALLY = 4;
    static final int CLOSED_BY_PEER = 8;

    private EventLayout() {}
}
