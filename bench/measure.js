import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { cpuOfTree, peaksOfTree } from './processes.js';

const peakEveryMs = 200;
const usageReporter = new URL('./report-usage.js', import.meta.url).href;

/** Whether the contenders with gzip can run: they need gzip, and bash to ask for the time that they used. */
export function isGzipHere() {
  return spawnSync('bash', ['-c', 'gzip --version'], { stdio: 'ignore' }).status === 0;
}

/**
 * Runs one contender once in a new `folder` and resolves to what it took: wall time from spawn to end, the start of the
 * process included; CPU of the process and all its threads, or of all programs of a script; peak memory, of a script's
 * programs together (null where the system does not tell); CPU of the server that it asks (null without one); and the
 * share of the machine that everybody else used meanwhile. Rejects if it fails.
 */
export async function measure(contender, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { words, env, script } = contender.prepare(folder);
  const busyBefore = busySeconds();
  const serverBefore = serverSeconds(contender);
  const begin = process.hrtime.bigint();
  const { code, usage, errors } = await (script === undefined ? runNode(words, env) : runBash(script, words, env));
  const wallSeconds = Number(process.hrtime.bigint() - begin) / 1e9;
  if (code !== 0) throw new Error(`${contender.name} ended with code ${code}:\n${errors}`);
  const serverCpuSeconds = serverBefore === null ? null : serverSeconds(contender) - serverBefore;
  const others = busySeconds() - busyBefore - usage.cpuSeconds - (serverCpuSeconds ?? 0);
  return { ...usage, wallSeconds, serverCpuSeconds, othersShare: Math.max(0, others) / (wallSeconds * cpus().length) };
}

function serverSeconds({ server }) {
  return server === undefined ? null : cpuOfTree(server);
}

async function runNode(words, env) {
  const child = spawn(process.execPath, ['--import', usageReporter, ...words], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const [code, errors, report] = await Promise.all([endOf(child), textOf(child.stderr), textOf(child.stdio[3])]);
  return { code, errors, usage: report === '' ? null : JSON.parse(report) };
}

/** A script of bash with its words; `times` tells what all its programs have used. */
async function runBash(script, words, env) {
  const child = spawn('bash', ['-c', `(${script}) && times`, 'bench', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, LC_ALL: 'C' },
  });
  const peaks = new Map();
  const looking = setInterval(() => {
    for (const [id, peak] of peaksOfTree(child.pid)) peaks.set(id, peak);
  }, peakEveryMs);
  const [code, errors, times] = await Promise.all([endOf(child), textOf(child.stderr), textOf(child.stdout)]);
  clearInterval(looking);
  const ofChildren = times.split('\n')[1] ?? '';
  const cpuSeconds = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds),
    0,
  );
  const peakMegabytes = peaks.size === 0 ? null : [...peaks.values()].reduce((sum, peak) => sum + peak, 0);
  return { code, errors, usage: { cpuSeconds, peakMegabytes } };
}

function endOf(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
}

async function textOf(stream) {
  stream.setEncoding('utf8');
  let text = '';
  for await (const part of stream) text += part;
  return text;
}

/** What all cores of the machine have worked so far, in seconds. */
function busySeconds() {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}
