// SPDX-License-Identifier: Apache-2.0
/**
 * Single transitions as they happen: {@link io.tcpvigil.follow.TransitionFeed}, from the kernel's own events or, where they are
 * not permitted, from many looks. For a screen: what is counted and remembered of all connections is in {@code lifecycle}.
 *
 * <p>What must not be added: formatting, and options as users write them.
 */
package io.tcpvigil.follow;
