// SPDX-License-Identifier: Apache-2.0
/**
 * The root holds one annotation and nothing else; each package below it has one job, told in its own
 * {@code package-info.java}. Reading starts at {@code cli} (what a user types) and {@code agent} (the one loop).
 */
package io.tcpvigil;
