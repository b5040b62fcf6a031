import { cpus, tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { runGrowth } from './growth.js';
import { startServers } from './inputs.js';
import { isGzipHere } from './measure.js';
import { drawGrowth, drawSuite, writeReport } from './report.js';
import { withScratch } from './scratch.js';
import { runSuite } from './suite.js';
import { renderGrowth, renderSuite } from './tables.js';

const { values } = parseArgs({
  allowNegative: true,
  options: {
    growth: { type: 'boolean', default: false },
    points: { type: 'string', default: '6' },
    servers: { type: 'boolean', default: true },
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    memory: { type: 'string', default: '128' },
    folder: { type: 'string', default: tmpdir() },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const settings = {
  rows: wholeNumber('rows', 100),
  rounds: wholeNumber('rounds', 1),
  seed: wholeNumber('seed', 0),
  memory: wholeNumber('memory', 32),
  points: wholeNumber('points', 1),
};
const say = (text) => process.stderr.write(`${text}\n`);

process.exitCode = await withScratch(values.folder, async ({ folder, signal, atEnd }) => {
  const servers = values.servers ? await startServers({ folder, signal, atEnd, say }) : [];
  const hasGzip = isGzipHere();
  if (!hasGzip) say('gzip or bash is not here: the contenders with it are left out');
  const run = values.growth ? runGrowth : runSuite;
  const outcome = await run({ ...settings, servers, hasGzip, folder, signal, say });
  const versions = servers.map(({ version }) => version);
  const machine = { node: process.version, cores: cpus().length, processor: cpus()[0]?.model ?? 'unknown', versions };
  const report = { ...settings, machine, ...outcome };
  const json = `${JSON.stringify(report, null, 2)}\n`;
  const markdown = values.growth ? renderGrowth(report) : renderSuite(report);
  if (values.out !== undefined) {
    const charts = values.growth ? drawGrowth(report) : drawSuite(report);
    writeReport(values.out, values.growth ? 'growth' : 'bench', { json, markdown, charts });
    say(`written to ${values.out}`);
  }
  process.stdout.write(values.json ? json : markdown);
  return report.faults.length === 0 ? 0 : 1;
});

function wholeNumber(name, least) {
  const number = Number(values[name]);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new RangeError(`--${name} is a whole number of ${least} or more, not ${values[name]}`);
}
