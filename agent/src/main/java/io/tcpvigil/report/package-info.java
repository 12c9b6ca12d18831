// SPDX-License-Identifier: Apache-2.0
/**
 * One immutable record of one sample: the only thing that presenters read, and all that they may read. Pure. What must
 * not be added: anything that looks at the kernel or formats text.
 */
package io.tcpvigil.report;
