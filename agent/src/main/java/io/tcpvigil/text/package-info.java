// SPDX-License-Identifier: Apache-2.0
/**
 * Text that came from elsewhere: made fit to be shown, and what somebody may have meant by it. What must not be added: anything
 * that knows what the text is about.
 */
package io.tcpvigil.text;
