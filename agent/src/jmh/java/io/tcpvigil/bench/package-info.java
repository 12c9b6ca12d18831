// SPDX-License-Identifier: Apache-2.0
/** What reading the kernel costs, always as a ratio against a floor measured in the same run. */
package io.tcpvigil.bench;
