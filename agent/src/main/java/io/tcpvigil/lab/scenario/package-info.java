// SPDX-License-Identifier: Apache-2.0
/**
 * The scenarios, one file each. To add one: write its file, and name it in {@link io.tcpvigil.lab.scenario.Scenarios}.
 *
 * <p>Source of truth: RFC 9293, its figures and section 3.10. What must not be added: code that runs during a scenario;
 * what a script cannot say is a new kind of step.
 */
package io.tcpvigil.lab.scenario;
