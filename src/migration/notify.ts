import { type ChildProcess, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import type { Migration } from '../config/migration.ts';
import type { Context } from './context.ts';
import { openTransport } from './deliver/open-transport.ts';
import type { JobReport } from './report.ts';

/** A report, or all that is known of a run that could not begin. */
export type Notice = Pick<JobReport, 'migration'> & Partial<JobReport>;

const longestMs = 30_000;
/** Of `text`. Linux gives a process no variable of 128 KB or more (execve(2), "Limits"). */
const mostCharacters = 2_000;

/**
 * Tells the migration's `notify` how a run ended: a command of the shell, run in the folder of the migration file, gets
 * `{ text, …report }` as JSON on standard input and `text`, one short line, in `BDIA_MIGRATE_TEXT`, beside the environment
 * without the variables that the migration file names; a webhook gets the same JSON as a POST. Nothing that goes wrong here
 * changes how the run ended: it is told as a warning.
 */
export async function notify(migration: Migration, notice: Notice, context: Context): Promise<void> {
  const { notify: whom } = migration;
  if (whom === null) return;
  const text = noticeText(notice);
  const json = JSON.stringify({ text, ...notice });
  const fault = await ('command' in whom
    ? runCommand(whom.command, json, text, migration, context)
    : postJson(whom.webhook, json, migration, context));
  if (fault === null) return;
  const way = 'command' in whom ? 'notify.command' : 'notify.webhook';
  context.onEvent({ type: 'message', level: 'warn', text: `${way} was not told how the run ended: ${fault}` });
}

/** How a run ended, in one line of at most 2,000 characters. */
function noticeText(notice: Notice): string {
  const text = wholeText(notice);
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 1)}…`;
}

function wholeText({ migration, state, chunks, stopped }: Notice): string {
  const sent = chunks === undefined ? '' : ` (${chunks.uploaded + chunks.partial} of ${chunks.built} chunks sent)`;
  if (stopped === undefined) return `${migration}: ${state ?? 'ended'}${sent}`;
  return `${migration}: stopped${sent}: ${stopped.message}`.replace(/\s+/g, ' ');
}

/** Resolves to `null`, or to what went wrong. */
function runCommand(
  command: string,
  json: string,
  text: string,
  { file, envNames }: Migration,
  { env }: Context,
): Promise<string | null> {
  const quiet = Object.entries(env).filter(([name, value]) => value !== undefined && !envNames.includes(name));
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(command, {
        shell: true,
        cwd: dirname(file),
        env: { ...Object.fromEntries(quiet), BDIA_MIGRATE_TEXT: text },
        stdio: ['pipe', 'ignore', 'ignore'],
        timeout: longestMs,
      });
    } catch {
      // Some of what the system refuses comes as an event, some is thrown (Node.js, ChildProcess.spawn).
      return resolve('it cannot be started');
    }
    child.on('error', () => resolve('it cannot be started'));
    child.on('close', (code, signal) => {
      if (signal !== null) resolve(`it was ended by ${signal}, or took longer than ${longestMs / 1000} s`);
      else resolve(code === 0 ? null : `it ended with exit code ${code}`);
    });
    // A command need not read what it gets.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(json);
  });
}

async function postJson(url: string, json: string, migration: Migration, context: Context): Promise<string | null> {
  const timeouts = { connectMs: 10_000, idleMs: longestMs, answerMs: longestMs };
  const transport = openTransport({ ...migration.target, timeouts }, [], context);
  const { status, error } = await transport.send({ method: 'POST', url, headers: {}, json });
  if (status === null) return `no answer (${error})`;
  return status >= 200 && status < 300 ? null : `it answered HTTP ${status}`;
}
