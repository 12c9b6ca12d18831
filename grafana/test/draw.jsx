// SPDX-License-Identifier: Apache-2.0
// Draws the panels of a dashboard with Grafana's own components, from results that were recorded: window.recorded.
import React from 'react';
import { createRoot } from 'react-dom/client';
import { createTheme, createDataFrame, dateTime, FieldType, getDisplayProcessor, ThemeContext, formattedValueToString } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { BigValue, GlobalStyles, PanelChrome, Table, TimeSeries } from '@grafana/ui';

const COLUMN = 1440 / 24;
const ROW = 34;
const theme = createTheme({ colors: { mode: 'dark' } });

/** The options of a field: those of the panel, then those for its name. */
function configOf(panel, name) {
  const config = structuredClone(panel.fieldConfig.defaults);
  config.displayName = name;
  for (const { matcher, properties } of panel.fieldConfig.overrides) {
    if (matcher.options !== name) continue;
    for (const { id, value } of properties) {
      if (id.startsWith('custom.')) config.custom[id.slice('custom.'.length)] = value;
      else config[id] = value;
    }
  }
  return config;
}

const legendOf = (format, metric) => (format ?? '').replace(/\{\{\s*(\w+)\s*}}/g, (_, label) => metric[label] ?? '');

function withDisplay(frame) {
  frame.fields.forEach((field, index) => {
    field.state = { seriesIndex: Math.max(0, index - 1) };
    field.display = getDisplayProcessor({ field, theme });
  });
  return frame;
}

function framesOf(panel, results) {
  return panel.targets.flatMap((target) =>
    results[target.refId].range.map(({ metric, values }) => {
      const name = legendOf(target.legendFormat, metric);
      return createDataFrame({
        refId: target.refId,
        fields: [
          { name: 'Time', type: FieldType.time, config: {}, values: values.map(([time]) => time * 1000) },
          { name, type: FieldType.number, config: configOf(panel, name), values: values.map(([, value]) => Number(value)) },
        ],
      });
    }));
}

const Nothing = ({ text }) => <div style={{ color: theme.colors.text.secondary, padding: 8 }}>{text ?? 'No data'}</div>;

function Lines({ panel, results, width, height, timeRange }) {
  const frames = framesOf(panel, results);
  frames.forEach((frame, index) => {
    withDisplay(frame);
    frame.fields[1].state = { seriesIndex: index };
  });
  if (frames.length === 0) return <Nothing text={panel.fieldConfig.defaults.noValue} />;
  return <TimeSeries frames={frames} structureRev={1} width={width} height={height} timeZone="utc" timeRange={timeRange}
    options={{}} legend={{ ...panel.options.legend, calcs: ['lastNotNull'] }} />;
}

function Number_({ panel, results, width, height }) {
  const frames = framesOf(panel, results).map(withDisplay);
  const field = frames[0]?.fields[1];
  const shown = field ? field.display(field.values[field.values.length - 1]) : { text: panel.fieldConfig.defaults.noValue ?? '' };
  return <BigValue theme={theme} width={width} height={height} value={{ ...shown, title: '' }} colorMode="value" graphMode="none" />;
}

/** Grafana's package has no lanes: these are ours. */
function Lanes({ panel, results, width, height, timeRange }) {
  const [name, span] = [200, timeRange.to.valueOf() - timeRange.from.valueOf()];
  const frames = framesOf(panel, results);
  const colours = panel.fieldConfig.defaults.mappings[0].options;
  return frames.map(({ fields: [time, field] }) => <div key={field.name} style={{ height: height / frames.length, position: 'relative',
    fontSize: 11, color: theme.colors.text.secondary }}>{field.name}{field.values.map((value, at) => <div key={at} style={{ position: 'absolute',
      top: 1, bottom: 1, width: 1000 / span * (width - name) + 0.6, background: colours[value]?.color,
      left: name + (time.values[at] - timeRange.from.valueOf()) / span * (width - name) }} />)}</div>);
}

/** What Grafana makes of instant queries: merged by their labels, columns chosen, named and sorted as the panel says. */
function rowsOf(panel, results) {
  const rows = new Map();
  const several = panel.targets.length > 1;
  for (const target of panel.targets) {
    for (const { metric, value } of results[target.refId].instant) {
      const { __name__, ...labels } = metric;
      const key = JSON.stringify(Object.entries(labels).sort());
      const row = rows.get(key) ?? { ...labels };
      row[several ? `Value #${target.refId}` : 'Value'] = Number(value[1]);
      rows.set(key, row);
    }
  }
  return [...rows.values()];
}

function tableOf(panel, results) {
  const rows = rowsOf(panel, results);
  const steps = Object.fromEntries((panel.transformations ?? []).map(({ id, options }) => [id, options]));
  let columns;
  let shown = rows;
  if (steps.groupingToMatrix) {
    const { rowField, columnField, valueField } = steps.groupingToMatrix;
    const names = [...new Set(rows.map((row) => row[columnField]))];
    const first = `${rowField}\\${columnField}`;
    columns = [first, ...names].map((name) => [name, name]);
    shown = [...new Set(rows.map((row) => row[rowField]))].map((from) => Object.assign({ [first]: from },
      ...rows.filter((row) => row[rowField] === from).map((row) => ({ [row[columnField]]: row[valueField] }))));
  } else {
    columns = Object.entries(steps.organize.renameByName);
  }
  const sort = steps.sortBy?.sort[0];
  if (sort) {
    const [by] = columns.find(([, name]) => name === sort.field);
    shown.sort((a, b) => b[by] - a[by]);
  }
  return withDisplay(createDataFrame({
    fields: columns.map(([field, name]) => ({
      name,
      type: shown.some((row) => typeof row[field] === 'number') ? FieldType.number : FieldType.string,
      config: configOf(panel, name),
      values: shown.map((row) => row[field] ?? null),
    })),
  }));
}

function Panel({ panel, results, timeRange }) {
  const { x, y, w, h } = panel.gridPos;
  const place = { position: 'absolute', left: x * COLUMN + 4, top: y * ROW + 4, width: w * COLUMN - 8, height: h * ROW - 8 };
  if (panel.type === 'row') return <div style={{ ...place, color: theme.colors.text.primary, fontWeight: 500 }}>{panel.title}</div>;
  const draw = (width, height) => {
    const all = { panel, results, width, height, timeRange };
    if (panel.type === 'timeseries') return <Lines {...all} />;
    if (panel.type === 'stat') return <Number_ {...all} />;
    if (panel.type === 'table') return <Table data={tableOf(panel, results)} width={width} height={height} />;
    if (panel.type === 'state-timeline') return <Lanes {...all} />;
    return <div style={{ color: theme.colors.text.secondary, padding: 8 }}>A panel of type {panel.type} is drawn by Grafana itself only.</div>;
  };
  return <div style={place}><PanelChrome title={panel.title} description={panel.description} width={place.width} height={place.height}>
    {(width, height) => draw(width, height)}</PanelChrome></div>;
}

// The components ask for translations while they are drawn.
initPluginTranslations('tcpvigil').then(draw);

function draw() {
const { dashboard, results, from, to } = window.recorded;
const timeRange = { from: dateTime(from * 1000), to: dateTime(to * 1000), raw: { from: 'now-5m', to: 'now' } };
createRoot(document.getElementById('dashboard')).render(
  <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    {dashboard.panels.map((panel) => <Panel key={panel.id} panel={panel} results={results[panel.id]} timeRange={timeRange} />)}
  </ThemeContext.Provider>);
}
