// SPDX-License-Identifier: Apache-2.0
/**
 * Socket to process, systemd unit and container: {@link io.tcpvigil.owners.OwnerMap} is the way in;
 * {@link io.tcpvigil.owners.HiddenSockets} finds what no dump shows. The only user of oshi.*,
 * for {@link io.tcpvigil.owners.ProcessInspector}, which is asked about single processes; the descriptors of all are not
 * listed through it. Source of truth: proc(5), cgroups(7), and the kernel's attribute INET_DIAG_CGROUP_ID.
 *
 * <p>What must not be added: environments, which hold secrets. Command lines may hold some too: they are for who asks at a
 * terminal, never for metrics, HTTP or logs.
 */
package io.tcpvigil.owners;
