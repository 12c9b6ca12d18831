// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.TcpState;

/**
 * A connection that was in one state and then, by its cookie or inode still the same, in one where no legal way leads.
 *
 * @param nanos monotonic time of the dump that showed it
 * @param cookie 0 where the source gives none
 */
public record Anomaly(long nanos, Endpoint local, Endpoint remote, long cookie, TcpState from, TcpState to) {}
