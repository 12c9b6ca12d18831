// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.inetdiag;

import io.tcpvigil.kernel.netlink.MalformedMessageException;
import io.tcpvigil.kernel.netlink.NetlinkAttribute;
import io.tcpvigil.kernel.netlink.NetlinkMessage;
import io.tcpvigil.kernel.netlink.NetlinkMulticast;
import java.nio.ByteBuffer;

/** Decodes the destroy messages of TCP sockets in place. Not thread-safe. */
public final class DestroyReader {
    /**
     * The groups to join: SKNLGRP_INET_TCP_DESTROY (1) and SKNLGRP_INET6_TCP_DESTROY (3) of {@code
     * include/uapi/linux/sock_diag.h}, group n as bit n-1.
     */
    public static final int GROUPS = 0b101;

    private static final int SOCK_DIAG_BY_FAMILY = 20;

    /** What messages are given to. */
    public interface Handler {
        /** A socket was destroyed. The message is valid only during the call. */
        void destroyed(DestroyMessage message);
    }

    private final NetlinkMulticast events;
    private final NetlinkMessage message;
    private final InetDiagMessage socket;
    private final NetlinkAttribute attribute;
    private final TcpInfo info;
    private final DestroyMessage destroyed;

    public DestroyReader(NetlinkMulticast events) {
        ByteBuffer buffer = events.buffer();
        this.events = events;
        this.message = new NetlinkMessage(buffer);
        this.socket = new InetDiagMessage(buffer);
        this.attribute = new NetlinkAttribute(buffer);
        this.info = new TcpInfo(buffer);
        this.destroyed = new DestroyMessage(socket, info);
    }

    /**
     * Hands over the messages of a datagram that was received.
     *
     * @param length the real length of the datagram
     * @throws MalformedMessageException when it is not what the protocol says; messages before it were handed over
     */
    public void decode(int length, Handler handler) throws MalformedMessageException {
        int capacity = events.buffer().capacity();
        if (length > capacity) {
            throw new MalformedMessageException(capacity, "datagram of " + length + " bytes was cut short");
        }
        for (int at = 0; at < length; ) {
            int next = message.wrap(at, length);
            if (message.type() != SOCK_DIAG_BY_FAMILY) {
                throw new MalformedMessageException(at, "unexpected message type " + message.type());
            }
            readMessage();
            handler.destroyed(destroyed);
            at = next;
        }
    }

    private void readMessage() throws MalformedMessageException {
        int body = message.bodyOffset();
        socket.wrap(body, message.limit());
        // Without the attribute every field of it is absent.
        info.wrap(body, 0);
        attribute.start(body + InetDiagMessage.SIZE, message.limit());
        while (attribute.next()) {
            if (attribute.type() == InetDiagReader.ATTRIBUTE_INFO) {
                info.wrap(attribute.payloadOffset(), attribute.payloadLength());
            }
        }
    }
}
