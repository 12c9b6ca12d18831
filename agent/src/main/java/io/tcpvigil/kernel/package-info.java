// SPDX-License-Identifier: Apache-2.0
/**
 * How the sockets of the kernel get into a table: the one contract {@link io.tcpvigil.kernel.SocketSource}, its two
 * implementations, and the choice between them with the reason why. The work is done in the packages below.
 *
 * <p>What must not be added: memory of earlier dumps (that is {@code lifecycle}), meaning (that is {@code findings}).
 */
package io.tcpvigil.kernel;
