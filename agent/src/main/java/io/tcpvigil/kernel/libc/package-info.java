// SPDX-License-Identifier: Apache-2.0
/**
 * System calls through the C library, each failure with the call's name and errno; and the version of the kernel that answers.
 *
 * <p>The only user of {@code jnr.*}. A small interface of the functions in use is bound with jnr-ffi; {@code
 * POSIXFactory} is not used, because it costs more start-up time than everything else together. Source of truth: the man
 * pages, section 2. What must not be added: anything that knows what the bytes mean.
 */
package io.tcpvigil.kernel.libc;
