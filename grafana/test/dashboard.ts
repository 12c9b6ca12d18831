// SPDX-License-Identifier: Apache-2.0
// What a dashboard is, to Grafana itself; schema.mjs makes a JSON schema of it.
export type { Dashboard } from '@grafana/schema';
