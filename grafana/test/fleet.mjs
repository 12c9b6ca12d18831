// SPDX-License-Identifier: Apache-2.0
//
// Makes a fleet of one host: reads a page of metrics, writes it as OpenMetrics for many hosts and ten minutes around now, so that
// a Prometheus with rules.yml takes it for a fleet. Histograms and transitions are left out, because no rule reads them.
//
//   curl -s 127.0.0.1:9794/metrics >page
//   node fleet.mjs page 3000 >fleet.om
//   promtool tsdb create-blocks-from openmetrics fleet.om data
//   prometheus --storage.tsdb.path=data --config.file=prometheus.yml
import { readFileSync } from 'node:fs';
import { once } from 'node:events';

const [page, hosts] = [process.argv[2], Number(process.argv[3])];
const LEFT_OUT = /_(bucket|sum|count) |_bucket\{|tcpvigil_(transitions_total|.*_duration_seconds)/;
const STEP = 60;
const start = Math.floor(Date.now() / 1000 / STEP) * STEP - 5 * STEP;
const lines = readFileSync(page, 'utf8').split('\n')
  .filter((line) => line && !line.startsWith('#') && !LEFT_OUT.test(line));
lines.push('up 1');

// Each series of each host by itself: its ten minutes must be in order.
for (const line of lines) {
  const blank = line.lastIndexOf(' ');
  const [, name, labels] = /^([\w:]+)(?:\{(.*?),?\})?$/.exec(line.slice(0, blank));
  const value = Number(line.slice(blank + 1));
  const counter = name.endsWith('_total');
  for (let host = 0; host < hosts; host++) {
    const raised = name === 'tcpvigil_finding' && host % 50 === 0 ? 1 : value;
    let text = '';
    for (let step = 0; step <= 10; step++) {
      const now = counter ? raised + step * (host % 100) : raised;
      text += `${name}{job="tcpvigil",instance="host-${host}:9794"${labels ? ',' + labels : ''}} ${now} ${start + step * STEP}\n`;
    }
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  }
}
process.stdout.write('# EOF\n');
