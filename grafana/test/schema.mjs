// SPDX-License-Identifier: Apache-2.0
//
// Writes dashboard.schema.json from the types of @grafana/schema: npm ci && node schema.mjs
// Unions of types are written out (expose: none), because two of the types have the same name.
import { readFileSync, writeFileSync } from 'node:fs';
import { createGenerator } from 'ts-json-schema-generator';

const version = JSON.parse(readFileSync('node_modules/@grafana/schema/package.json')).version;
const schema = createGenerator({
  path: 'dashboard.ts',
  tsconfig: 'tsconfig.json',
  type: 'Dashboard',
  expose: 'none',
  skipTypeCheck: true,
}).createSchema('Dashboard');

// Prose makes two thirds of it, and nothing is checked by it.
const bare = (value) => {
  if (Array.isArray(value)) return value.map(bare);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, below]) => !(key === 'description' && typeof below === 'string'))
      .map(([key, below]) => [key, bare(below)]));
};

const result = { $comment: `Made by schema.mjs from @grafana/schema ${version} (Apache-2.0).`, ...bare(schema) };
writeFileSync('dashboard.schema.json', JSON.stringify(result, null, 1) + '\n');
