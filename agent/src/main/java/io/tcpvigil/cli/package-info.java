// SPDX-License-Identifier: Apache-2.0
/**
 * What a user types and reads: the commands, their tables, JSON and exit codes. The only user of picocli.
 *
 * <p>Every command works on reports and tables made elsewhere. What must not be added: reading of the kernel, analysis.
 */
package io.tcpvigil.cli;
