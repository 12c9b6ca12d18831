// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.netlink;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Sends one dump request and feeds what comes back to a handler, until the kernel says DONE.
 *
 * <p>A dump that ends early in any way leaves its rest in the socket, and the kernel refuses a second one meanwhile
 * (EBUSY): after an exception the channel must be closed and opened anew.
 */
public final class NetlinkDump {
    /** {@code NLM_F_REQUEST | NLM_F_DUMP}. */
    private static final int DUMP_FLAGS = 0x301;

    /** What a dump's messages are given to. */
    public interface Handler {
        /** A new datagram begins: the dump was paused and resumed here. */
        void datagram();

        /** One message of the type asked for; valid only during the call. */
        void message(NetlinkMessage message) throws MalformedMessageException;
    }

    private final NetlinkChannel channel;
    private final NetlinkMessage message;
    private int sequence;

    public NetlinkDump(NetlinkChannel channel) {
        this.channel = channel;
        this.message = new NetlinkMessage(channel.buffer());
    }

    /**
     * Runs one dump to its end.
     *
     * @param type the message type, of the request and of the replies
     * @param request header space (16 bytes, filled in here), then the body
     * @throws NetlinkException when the kernel refused the request or ended the dump with an error
     * @throws MalformedMessageException when a datagram is not what the protocol says; messages before it were handled
     * @throws io.tcpvigil.kernel.libc.SyscallException when sending or receiving failed
     */
    public void run(int type, byte[] request, Handler handler) throws IOException {
        sequence++;
        ByteBuffer.wrap(request)
                .order(channel.buffer().order())
                .putInt(request.length)
                .putShort((short) type)
                .putShort((short) DUMP_FLAGS)
                .putInt(sequence)
                .putInt(0);
        channel.send(request);
        boolean done = false;
        while (!done) {
            int length = channel.receive();
            if (length > channel.buffer().capacity()) {
                throw new MalformedMessageException(
                        channel.buffer().capacity(), "datagram of " + length + " bytes was cut short");
            }
            handler.datagram();
            done = datagram(length, type, handler);
        }
    }

    /** Handles the messages of one datagram; true when the dump is done. */
    private boolean datagram(int length, int type, Handler handler) throws IOException {
        for (int at = 0; at < length; ) {
            int next = message.wrap(at, length);
            // What an earlier, broken-off dump left in the socket is not ours.
            if (message.sequence() == sequence) {
                int found = message.type();
                if (found == type) {
                    handler.message(message);
                } else if (found == NetlinkMessage.TYPE_DONE) {
                    checkStatus("the dump ended with");
                    return true;
                } else if (found == NetlinkMessage.TYPE_ERROR) {
                    checkStatus("the kernel refused the dump:");
                    return true;
                } else if (found == NetlinkMessage.TYPE_OVERRUN) {
                    throw new MalformedMessageException(at, "NLMSG_OVERRUN: data was lost");
                } else if (found != NetlinkMessage.TYPE_NOOP) {
                    throw new MalformedMessageException(at, "unexpected message type " + found);
                }
            }
            at = next;
        }
        return false;
    }

    /** Reads the status in a DONE or ERROR message: 0, or a negative errno. */
    private void checkStatus(String where) throws IOException {
        int left = message.limit() - message.bodyOffset();
        if (left < Integer.BYTES) {
            throw new MalformedMessageException(message.bodyOffset(), "status of " + left + " bytes");
        }
        int status = message.buffer().getInt(message.bodyOffset());
        if (status < 0) {
            throw new NetlinkException(where, -status, sequence);
        }
    }
}
