// SPDX-License-Identifier: Apache-2.0
/**
 * The one loop: sample the kernel, build a report, publish it. Wires the packages together and knows all of them but
 * {@code cli}. What must not be added: decoding, analysis, formatting.
 */
package io.tcpvigil.agent;
