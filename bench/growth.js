import { rmSync } from 'node:fs';
import { bodiesOf, faultsOfDumps, faultsOfRows, faultsOfSame, readLanes, sumOfLanes } from './check-output.js';
import { buildFrom, dumpOf, gzipAlone, sourcesOf } from './contenders.js';
import { fillServers, generateInto } from './inputs.js';
import { measureRestarts, sealedSlices } from './restart.js';
import { runRounds } from './rounds.js';
import { sliceRowsFor } from './suite.js';
import { summarise } from './summary.js';

/** The series over rows, as multiples of `rows`. */
const rowFactors = [0.5, 1, 2, 4, 8];
const groupCounts = [1, 8, 64, 256];
/** Those with more rows than slices. */
const sliceCounts = [10, 30, 100, 300, 1000, 3000];

/**
 * How time and memory grow with rows, with visitor groups and with slices, and what an interrupted build costs; every
 * point is measured as in the suite. Groups, slices and kills are tried on the CSV and on one database: the first server,
 * or SQLite. `points` bounds how many of each series are measured.
 */
export async function runGrowth(options) {
  const settings = { sliceRows: sliceRowsFor(options.rows), memory: options.memory };
  const byRows = [];
  const faults = [];
  for (const factor of rowFactors.slice(0, options.points)) {
    const point = await atRows({ ...options, rows: Math.round(factor * options.rows) }, settings);
    byRows.push(point);
    faults.push(...point.faults);
  }
  const sources = await sourcesWith(options);
  const pair = [sources.CSV, sources.database];
  const byGroups = await overGroups(pair, settings, options);
  const bySlices = await overSlices(pair, settings, options);
  const restarts = await measureRestarts(
    pair.map((source) => buildFrom(source, settings)),
    options,
  );
  faults.push(...byGroups.faults, ...bySlices.faults, ...restarts.flatMap((one) => one.faults));
  return { growth: { byRows, byGroups: byGroups.points, bySlices: bySlices.points, restarts }, faults };
}

/** The data made anew, and what builds read it from: the CSV, the first database, and all but SQLite beside servers. */
async function sourcesWith({ rows, seed, servers, folder, signal, say }) {
  const input = await generateInto(folder, { rows, seed, signal, say });
  await fillServers(servers, input.csvPath, { signal, say });
  const all = new Map(sourcesOf({ ...input, servers }));
  const titles = servers.length === 0 ? ['SQLite'] : servers.map(({ title }) => title);
  const ofTitle = (title) => [title, all.get(title)];
  return { csvPath: input.csvPath, CSV: ofTitle('CSV'), database: ofTitle(titles[0]), databases: titles.map(ofTitle) };
}

async function atRows(options, settings) {
  const { rows, servers, hasGzip } = options;
  const { csvPath, CSV, database, databases } = await sourcesWith(options);
  const builds = [
    ...[CSV, ...databases].map((source) => buildFrom(source, settings)),
    buildFrom(database, { ...settings, workers: 2 }),
  ];
  const contenders = [...(hasGzip ? [gzipAlone(csvPath), ...servers.map(dumpOf)] : []), ...builds];
  return measured(contenders, { x: rows, name: 'rows' }, options, async (outputOf) => {
    const [first, ...others] = builds;
    const lanes = readLanes(`${outputOf(first)}/${first.lanes}`);
    return [
      ...faultsOfRows(first.name, lanes, rows),
      ...others.flatMap((other) => faultsOfSame([first.name, lanes], [other.name, outputOf(other)])),
      ...(await faultsOfDumps(contenders, outputOf, csvPath)),
    ];
  });
}

/** Whatever the number of groups, all rows are there, each with the same cells. */
async function overGroups(sources, settings, options) {
  const points = [];
  let sum = null;
  for (const groups of groupCounts.slice(0, options.points)) {
    const builds = sources.map((source) => buildFrom(source, { ...settings, groups }));
    const point = await measured(builds, { x: groups, name: 'groups' }, options, (outputOf) => {
      const [first, second] = builds;
      const lanes = readLanes(`${outputOf(first)}/${first.lanes}`);
      const isSame = sum === null || sum === sumOfLanes(lanes);
      sum ??= sumOfLanes(lanes);
      return [
        ...faultsOfRows(first.name, lanes, options.rows),
        ...faultsOfSame([first.name, lanes], [second.name, outputOf(second)]),
        ...(isSame ? [] : [`${first.name}: other cells than with ${groupCounts[0]} groups`]),
      ];
    });
    points.push(point);
  }
  return { points, faults: points.flatMap(({ faults }) => faults) };
}

/** However many slices there are, each lane holds the same lines. */
async function overSlices(sources, settings, options) {
  const points = [];
  let bodies = null;
  for (const count of sliceCounts.filter((slices) => slices < options.rows).slice(0, options.points)) {
    const builds = sources.map((source) =>
      buildFrom(source, { ...settings, sliceRows: Math.ceil(options.rows / count) }),
    );
    let slices = count;
    const point = await measured(builds, { x: count, name: 'slices' }, options, (outputOf) => {
      slices = sealedSlices(`${outputOf(builds[0])}/${builds[0].lanes}`);
      return builds.flatMap((build) => {
        const found = bodiesOf(readLanes(`${outputOf(build)}/${build.lanes}`, false));
        bodies ??= found;
        return found === bodies ? [] : [`${build.name}: other lines than with ${sliceCounts[0]} slices`];
      });
    });
    // A slice ends between two seconds: there may be more of them than were asked for.
    points.push({ ...point, x: slices });
  }
  return { points, faults: points.flatMap(({ faults }) => faults) };
}

async function measured(contenders, { x, name }, options, check) {
  options.say(`${x} ${name}`);
  const { samples, outputOf } = await runRounds(contenders, options);
  const faults = (await check(outputOf)).map((fault) => `${fault} (${x} ${name})`);
  rmSync(`${options.folder}/output`, { recursive: true });
  const rows = name === 'rows' ? x : options.rows;
  return {
    x,
    contenders: summarise(
      samples,
      contenders.map((one) => ({ ...one, against: [] })),
      rows,
    ),
    faults,
  };
}
