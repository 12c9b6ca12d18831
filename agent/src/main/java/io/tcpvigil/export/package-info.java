// SPDX-License-Identifier: Apache-2.0
/**
 * A report in the two forms that machines read: Prometheus metrics and JSON. The only user of {@code io.prometheus}; what
 * other packages need of it is wrapped here ({@link io.tcpvigil.export.MetricsPage}).
 *
 * <p>Source of truth: {@link io.tcpvigil.report.Report} for the numbers; the exposition formats of Prometheus (text 0.0.4)
 * and OpenMetrics 1.0.0; RFC 9110 section 12 for what a client prefers. Names that are published once (metrics, labels,
 * JSON members) are added to, never changed. What must not be added: anything that looks at the kernel or counts sockets,
 * and forms for people.
 */
package io.tcpvigil.export;
