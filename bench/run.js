import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { faultsOf, isSameTable, readLanes } from './check-output.js';
import { contendersFor } from './contenders.js';
import { generate } from './generate.js';
import { loadServer } from './load-server.js';
import { isGzipHere, measure } from './measure.js';
import { startServer } from './start-server.js';
import { renderTable, summarise } from './summary.js';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    folder: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
  },
});
const rows = wholeNumber('rows', 1);
const rounds = wholeNumber('rounds', 1);
const seed = wholeNumber('seed', 0);
const say = (text) => process.stderr.write(`${text}\n`);

const folder = mkdtempSync(`${values.folder}/bdia-bench-`);
// A database server runs as another user where this is root.
chmodSync(folder, 0o755);
const servers = [];
try {
  process.exitCode = await bench();
} finally {
  for (const server of servers) await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function bench() {
  const csvPath = `${folder}/rows.csv`;
  const sqlitePath = `${folder}/rows.sqlite`;
  say(`generating ${rows} rows, seed ${seed}, in ${folder}`);
  const input = generate({ rows, seed, csvPath, sqlitePath });
  for (const engine of ['postgres', 'mysql']) {
    const server = await startServer(engine, `${folder}/${engine}`);
    if (typeof server === 'string') {
      say(server);
      continue;
    }
    servers.push(server);
    say(`filling ${server.version}`);
    loadServer(server, csvPath);
  }
  const hasGzip = isGzipHere();
  if (!hasGzip) say('gzip or bash is not here: the contenders with it are left out');
  const contenders = contendersFor({ csvPath, sqlitePath, servers, hasGzip, rows });
  const samples = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    // Each round begins with another contender, so that none always follows the same one.
    const turn = round % contenders.length;
    for (const contender of [...contenders.slice(turn), ...contenders.slice(0, turn)]) {
      const sample = await measure(contender, outputOf(contender));
      samples.get(contender.name).push(sample);
      say(`round ${round + 1}, ${contender.name}: ${sample.wallSeconds.toFixed(2)} s`);
    }
  }
  say('checking the output');
  const faults = await check(contenders);
  const summary = summarise(samples, contenders);
  const versions = servers.map(({ version }) => version);
  const machine = { node: process.version, cores: cpus().length, processor: cpus()[0]?.model ?? 'unknown', versions };
  const report = { rows, rounds, seed, input, machine, contenders: summary, faults };
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : renderTable(report));
  return faults.length === 0 ? 0 : 1;
}

async function check(contenders) {
  const ofLanes = contenders.filter(({ lanes }) => lanes !== undefined);
  const read = ofLanes.map((contender) => [contender.name, readLanes(`${outputOf(contender)}/${contender.lanes}`)]);
  const isNaive = ([name]) => name === 'naive pipeline';
  const [, naive] = read.find(isNaive);
  const faults = faultsOf({ builds: read.filter((each) => !isNaive(each)), naive, rows });
  for (const contender of contenders.filter(({ dump }) => dump !== undefined)) {
    const path = `${outputOf(contender)}/${contender.dump}`;
    const isSame = await isSameTable(`${folder}/rows.csv`, path, contender.isBatch);
    if (!isSame) faults.push(`${contender.name} wrote other rows than were generated`);
  }
  return faults;
}

function outputOf({ name }) {
  return `${folder}/${name.replaceAll(/\W+/g, '-')}`;
}

function wholeNumber(name, least) {
  const number = Number(values[name]);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new RangeError(`--${name} is a whole number of ${least} or more, not ${values[name]}`);
}
