// SPDX-License-Identifier: Apache-2.0
/** What several tests need: requirements of the machine, and a namespace full of sockets in known states. */
package io.tcpvigil.testing;
