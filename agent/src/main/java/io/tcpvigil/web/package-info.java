// SPDX-License-Identifier: Apache-2.0
/**
 * What is served over HTTP, and to whom: metrics, health, the report as JSON, and a page for people. Everything that it answers comes from the
 * last published report; no request reaches the kernel.
 *
 * <p>Source of truth: RFC 9110 for HTTP; Prometheus's guide for writers of exporters for what lies at which path. What must
 * not be added: anything that changes the state of the host or of the agent, and resources from elsewhere.
 */
package io.tcpvigil.web;
