// SPDX-License-Identifier: Apache-2.0
/**
 * Socket to process: who holds the inode of a socket. Source of truth: proc(5), {@code /proc/PID/fd} and {@code comm}.
 *
 * <p>What must not be added: command lines and environments, which hold secrets.
 */
package io.tcpvigil.owners;
