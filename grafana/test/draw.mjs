// SPDX-License-Identifier: Apache-2.0
//
// Draws dashboards into ../pictures from results that GrafanaIT recorded: npm ci && node draw.mjs FOLDER
// Needs chromium. A quick look at what the queries and options make, not Grafana itself.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const WIDTH = 1440;
const ROW = 34;
const folder = resolve(process.argv[2]);
const highest = Number(process.argv[3] ?? Infinity);

const built = await build({
  entryPoints: ['draw.jsx'], bundle: true, write: false, outdir: folder, minify: true, jsx: 'automatic', format: 'iife',
  // Of one kind only: what its ES modules import from CommonJS ones does not fit when it is bundled.
  alias: {
    '@grafana/i18n': './node_modules/@grafana/ui/node_modules/@grafana/i18n/dist/cjs/index.cjs',
    '@grafana/ui': './node_modules/@grafana/ui/dist/cjs/index.cjs',
  },
  loader: { '.ttf': 'empty', '.woff': 'empty', '.woff2': 'empty', '.svg': 'dataurl', '.png': 'dataurl' },
  define: { 'process.env.NODE_ENV': '"production"', global: 'window' }, logLevel: 'error',
});
for (const { path, contents } of built.outputFiles) writeFileSync(path, contents);
mkdirSync('../pictures', { recursive: true });

for (const file of readdirSync(folder).filter((name) => name.endsWith('.recorded.json'))) {
  const name = file.replace('.recorded.json', '');
  const recorded = JSON.parse(readFileSync(join(folder, file)));
  const rows = Math.max(...recorded.dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  const page = join(folder, `${name}.html`);
  writeFileSync(page, `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="draw.css">
<body style="margin:0;background:#111217"><div id="dashboard" style="position:relative"></div>
<script>window.recorded = ${JSON.stringify(recorded).replaceAll('<', '\\u003c')};</script><script src="draw.js"></script>`);
  execFileSync('chromium', ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--force-device-scale-factor=0.6', '--virtual-time-budget=8000',
    '--allow-file-access-from-files', `--user-data-dir=${join(folder, 'profile')}`, `--window-size=${WIDTH},${Math.min(rows * ROW, highest)}`,
    `--screenshot=${resolve('../pictures', name + '.png')}`, `file://${page}`], { stdio: 'ignore' });
}
