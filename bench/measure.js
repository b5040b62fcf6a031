import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';

const usageReporter = new URL('./report-usage.js', import.meta.url).href;

/** Whether the gzip contender can run: it needs gzip, and bash to ask for the time that gzip used. */
export function isGzipHere() {
  return spawnSync('bash', ['-c', 'gzip --version'], { stdio: 'ignore' }).status === 0;
}

/**
 * Runs one contender once in a new `folder` and resolves to what it took: wall time from spawn to end, the start of the
 * process included; CPU of the process and all its threads; peak memory (null for gzip); and the share of the machine
 * that everybody else used meanwhile. Rejects if it fails.
 */
export async function measure(contender, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { words, env } = contender.prepare(folder);
  const busyBefore = busySeconds();
  const begin = process.hrtime.bigint();
  const { code, usage, errors } = await (contender.hasUsage ? runNode(words, env) : runGzip(words));
  const wallSeconds = Number(process.hrtime.bigint() - begin) / 1e9;
  if (code !== 0) throw new Error(`${contender.name} ended with code ${code}:\n${errors}`);
  const others = busySeconds() - busyBefore - usage.cpuSeconds;
  return { ...usage, wallSeconds, othersShare: Math.max(0, others) / (wallSeconds * cpus().length) };
}

async function runNode(words, env) {
  const child = spawn(process.execPath, ['--import', usageReporter, ...words], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const [code, errors, report] = await Promise.all([endOf(child), textOf(child.stderr), textOf(child.stdio[3])]);
  return { code, errors, usage: report === '' ? null : JSON.parse(report) };
}

async function runGzip([from, to]) {
  const child = spawn('bash', ['-c', 'gzip -6 < "$1" > "$2" && times', 'bench', from, to], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  const [code, errors, times] = await Promise.all([endOf(child), textOf(child.stderr), textOf(child.stdout)]);
  const ofChildren = times.split('\n')[1] ?? '';
  const cpuSeconds = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds),
    0,
  );
  return { code, errors, usage: { cpuSeconds, peakMegabytes: null } };
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
