import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { cpuOfTree, peaksOfTree } from './processes.js';

const peakEveryMs = 100;
const usageReporter = new URL('./report-usage.js', import.meta.url).href;

/** Whether the contenders with gzip can run: they need gzip, and bash to ask for the time that they used. */
export function isGzipHere() {
  return spawnSync('bash', ['-c', 'gzip --version'], { stdio: 'ignore' }).status === 0;
}

/**
 * Runs one contender once in a new `folder` and resolves to what it took: wall time from spawn to end, the start of the
 * process included; CPU of the process and all its threads, or of all programs of a script; peak memory, of a script's
 * programs together (null where the system does not tell); CPU of the server that it asks (null without one); and the
 * share of the machine that everybody else used meanwhile. Rejects if it fails, or where `signal` is aborted: it and all
 * that it has started are killed then.
 */
export async function measure(contender, folder, signal) {
  rmSync(folder, { recursive: true, force: true });
  return measureRest(contender, folder, signal);
}

/** As `measure`, but in a folder that is kept as it is: what an earlier run was killed over is gone on with. */
export async function measureRest(contender, folder, signal) {
  signal.throwIfAborted();
  mkdirSync(folder, { recursive: true });
  const { words, env, script } = contender.prepare(folder);
  const busyBefore = busySeconds();
  const serverBefore = serverSeconds(contender);
  const begin = process.hrtime.bigint();
  const { code, usage, errors } = await (script === undefined
    ? runNode(words, env, signal)
    : runBash(script, words, env, signal));
  const wallSeconds = Number(process.hrtime.bigint() - begin) / 1e9;
  signal.throwIfAborted();
  if (code !== 0) throw new Error(`${contender.name} ended with code ${code}:\n${errors}`);
  const serverCpuSeconds = serverBefore === null ? null : serverSeconds(contender) - serverBefore;
  const others = busySeconds() - busyBefore - usage.cpuSeconds - (serverCpuSeconds ?? 0);
  return { ...usage, wallSeconds, serverCpuSeconds, othersShare: Math.max(0, others) / (wallSeconds * cpus().length) };
}

/**
 * Starts a contender of Node's in a new `folder` and kills it after `seconds` of wall time. Resolves to the seconds that it
 * had; `null` where it had ended before.
 */
export async function killAfter(contender, folder, seconds, signal) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { words, env } = contender.prepare(folder);
  const begin = process.hrtime.bigint();
  const child = spawn(process.execPath, words, {
    stdio: 'ignore',
    env: { ...process.env, ...env },
    detached: true,
  });
  const timer = setTimeout(() => killGroup(child), 1000 * seconds);
  const end = await endOf(child, signal);
  clearTimeout(timer);
  signal.throwIfAborted();
  return end === 'SIGKILL' ? Number(process.hrtime.bigint() - begin) / 1e9 : null;
}

function serverSeconds({ server }) {
  return server === undefined ? null : cpuOfTree(server);
}

async function runNode(words, env, signal) {
  const child = spawn(process.execPath, ['--import', usageReporter, ...words], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    detached: true,
  });
  const [code, errors, report] = await Promise.all([
    endOf(child, signal),
    textOf(child.stderr),
    textOf(child.stdio[3]),
  ]);
  return { code, errors, usage: report === '' ? null : JSON.parse(report) };
}

/** A script of bash with its words; `times` tells what all its programs have used. */
async function runBash(script, words, env, signal) {
  const child = spawn('bash', ['-c', `(${script}) && times`, 'bench', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, LC_ALL: 'C' },
    detached: true,
  });
  let peakMegabytes = null;
  const looking = setInterval(() => {
    const living = [...peaksOfTree(child.pid).values()];
    if (living.length > 0)
      peakMegabytes = Math.max(
        peakMegabytes ?? 0,
        living.reduce((sum, peak) => sum + peak, 0),
      );
  }, peakEveryMs);
  const [code, errors, times] = await Promise.all([endOf(child, signal), textOf(child.stderr), textOf(child.stdout)]);
  clearInterval(looking);
  const ofChildren = times.split('\n')[1] ?? '';
  const cpuSeconds = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds),
    0,
  );
  return { code, errors, usage: { cpuSeconds, peakMegabytes } };
}

/** A process that leads a group of its own: Ctrl-C does not reach it, but it can be killed with all its children. */
function endOf(child, signal) {
  const kill = () => killGroup(child);
  signal.addEventListener('abort', kill);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, name) => resolve(code ?? name));
  }).finally(() => signal.removeEventListener('abort', kill));
}

function killGroup({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
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
