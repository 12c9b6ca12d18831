// SPDX-License-Identifier: Apache-2.0
/**
 * Settings as a table of keys: each is described once, with name, type, default and help, and from that come its flag, how it is
 * read from a file, how it is shown and its place in the example. A flag goes before the file, the file before the default. What
 * must not be added: the keys of tcpvigil, and anything that uses their values.
 */
package io.tcpvigil.config;
