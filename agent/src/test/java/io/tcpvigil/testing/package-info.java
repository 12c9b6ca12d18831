// SPDX-License-Identifier: Apache-2.0
/** What several tests need: requirements of the machine, a namespace full of sockets in known states, real programs. */
package io.tcpvigil.testing;
