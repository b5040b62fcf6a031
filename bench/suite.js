import { faultsOfSuite } from './check-output.js';
import {
  buildFrom,
  dumpOf,
  groupCount,
  gzipAlone,
  naivePipeline,
  names,
  sourcesOf,
  splitByGroup,
} from './contenders.js';
import { judge } from './goals.js';
import { fillServers, generateInto } from './inputs.js';
import { runRounds } from './rounds.js';
import { summarise } from './summary.js';

/**
 * Builds from every source and all yardsticks, interleaved. Resolves to their summaries, the
 * goals that they reach, and what is wrong with the output.
 */
export async function runSuite({ rows, rounds, seed, memory, servers, hasGzip, folder, signal, say }) {
  const input = await generateInto(folder, { rows, seed, signal, say });
  await fillServers(servers, input.csvPath, { signal, say });
  const contenders = contendersFor({ ...input, servers, hasGzip, settings: { sliceRows: sliceRowsFor(rows), memory } });
  const { samples, outputOf } = await runRounds(contenders, { rounds, folder, signal, say });
  say('checking the output');
  const faults = await faultsOfSuite({ contenders, outputOf, csvPath: input.csvPath, rows });
  const summaries = summarise(samples, contenders, rows);
  return { input: input.facts, contenders: summaries, goals: judge(summaries), faults };
}

/** What the program chooses for eight groups; less for few rows, so that two workers have slices for both of them. */
export function sliceRowsFor(rows) {
  return Math.min(200_000, Math.max(1, Math.ceil(rows / (groupCount - 2))));
}

function contendersFor({ csvPath, shuffledPath, sqlitePath, servers, hasGzip, settings }) {
  const sources = [...sourcesOf({ csvPath, shuffledPath, sqlitePath, servers })];
  const dumps = hasGzip ? servers.map(dumpOf) : [];
  const split = hasGzip ? servers.filter(({ engine }) => engine === 'postgres').map(splitByGroup) : [];
  const yardsticks = {
    CSV: [names.gzip],
    'unordered CSV': ['build from CSV'],
    PostgreSQL: [names.copy, names.split],
    MariaDB: [names.quick, 'build from PostgreSQL'],
  };
  const builds = sources.flatMap((source) => {
    const [title] = source;
    const one = buildFrom(source, settings, [...(yardsticks[title] ?? []), names.naive]);
    if (title === 'unordered CSV') return [one];
    return [one, buildFrom(source, { ...settings, workers: 2 }, [one.name, ...(yardsticks[title] ?? []).slice(0, 1)])];
  });
  const all = [...(hasGzip ? [gzipAlone(csvPath)] : []), ...dumps, ...split, naivePipeline(csvPath), ...builds];
  const here = new Set(all.map(({ name }) => name));
  return all.map((one) => ({ ...one, against: one.against.filter((name) => here.has(name)) }));
}
