// SPDX-License-Identifier: Apache-2.0
/**
 * The folder {@code grafana/}: where its dashboards come from (one class for each, on top of {@link io.tcpvigil.grafana.Panel}
 * and {@link io.tcpvigil.grafana.Dashboard}), and what is held against them, the rules and the alerts. What must not be added:
 * anything that the agent itself needs.
 */
package io.tcpvigil.grafana;
