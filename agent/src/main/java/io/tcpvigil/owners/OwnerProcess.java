// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

/**
 * A process that holds or held sockets.
 *
 * @param pid its number, in the namespace of the {@code /proc} that was read
 * @param startTicks when it started, in clock ticks since boot; tells two processes apart that had one pid
 * @param name its {@code comm}, at most 15 bytes, which the process can change
 * @param placement where systemd or a container engine put it
 */
public record OwnerProcess(int pid, long startTicks, String name, Placement placement) {}
