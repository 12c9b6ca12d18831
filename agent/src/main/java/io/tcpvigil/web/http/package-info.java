// SPDX-License-Identifier: Apache-2.0
/**
 * A small HTTP/1.1 server: one thread reads and writes all sockets and never waits for any of them, so that a client that
 * sends or takes its bytes slowly holds a few bytes and no thread. The JDK's own server reads each request in the thread that
 * answers it, looks up the name of every TLS client, and writes the end of a TLS connection from its only dispatcher, which
 * waits there for as long as the client likes.
 *
 * <p>Source of truth: RFC 9110 and RFC 9112. What must not be added: request bodies, paths, anything that knows of
 * connections other than its own.
 */
package io.tcpvigil.web.http;
