import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barChart, lineChart } from './chart.js';

/** Writes `<name>.json`, `<name>.md` and a file of SVG for each chart into a folder, which is made where it is not there. */
export function writeReport(folder, name, { json, markdown, charts }) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), json);
  writeFileSync(join(folder, `${name}.md`), markdown);
  for (const [chart, svg] of Object.entries(charts)) writeFileSync(join(folder, `${name}-${chart}.svg`), svg);
}

/** Throughput and memory of each contender. */
export function drawSuite({ rows, contenders }) {
  const bars = (read) =>
    contenders
      .map((one) => ({ name: one.name, isPale: !one.isBuild, value: read(one) }))
      .filter(({ value }) => value !== null);
  const of = `${short(rows)} rows`;
  return {
    throughput: barChart({
      title: `Throughput, ${of}`,
      label: 'thousand rows per second',
      bars: bars(({ rowsPerSecond }) => rowsPerSecond / 1000),
    }),
    memory: barChart({ title: `Peak memory, ${of}`, label: 'MB', bars: bars(({ peakMegabytes }) => peakMegabytes) }),
  };
}

/** Throughput and memory over rows, groups and slices. */
export function drawGrowth({ rows, growth: { byRows, byGroups, bySlices } }) {
  const fixed = `${short(rows)} rows`;
  return {
    'rows-throughput': throughput(byRows, 'rows', 'Throughput over rows'),
    'rows-memory': memory(byRows, 'rows', 'Peak memory over rows'),
    'groups-throughput': throughput(byGroups, 'visitor groups', `Throughput over visitor groups, ${fixed}`),
    'groups-memory': memory(byGroups, 'visitor groups', `Peak memory over visitor groups, ${fixed}`),
    'slices-throughput': throughput(bySlices, 'slices', `Throughput over slices, ${fixed}`),
    'slices-memory': memory(bySlices, 'slices', `Peak memory over slices, ${fixed}`),
  };
}

function throughput(series, xLabel, title) {
  const yLabel = 'thousand rows per second';
  return chartOf(series, { title, xLabel, yLabel, read: ({ rowsPerSecond }) => rowsPerSecond / 1000 });
}

function memory(series, xLabel, title) {
  return chartOf(series, { title, xLabel, yLabel: 'MB, peak', read: ({ peakMegabytes }) => peakMegabytes });
}

/** What a system does not tell is left out of its line; a contender has one colour in all charts of a series. */
function chartOf(points, { title, xLabel, yLabel, read }) {
  const lines = points[0].contenders.map(({ name, isBuild }, colour) => ({
    name,
    colour,
    isDashed: !isBuild,
    points: points.flatMap(({ x, contenders }) => {
      const y = read(contenders.find((one) => one.name === name));
      return y === null ? [] : [[x, y]];
    }),
  }));
  const ticks = points.map(({ x }) => [x, short(x)]);
  return lineChart({ title, xLabel, yLabel, ticks, lines: lines.filter(({ points }) => points.length > 0) });
}

function short(number) {
  if (number >= 1_000_000) return `${Number((number / 1_000_000).toPrecision(3))} M`;
  return number >= 10_000 ? `${Number((number / 1000).toPrecision(3))} k` : number.toLocaleString('en-US');
}
