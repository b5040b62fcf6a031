import type { Migration } from '../config/migration.ts';
import { deliver } from '../delivery/deliver.ts';
import { MigrationError } from '../domain/error.ts';
import { type Ledger, openLedger } from '../ledger/open-ledger.ts';
import { acceptJob } from './accept-job.ts';
import { createBacklog } from './backlog.ts';
import { buildSlices, prepare } from './build.ts';
import { type Context, type ContextOptions, contextOf } from './context.ts';
import { createGate } from './gate.ts';
import type { Job } from './job.ts';
import { openDelivery } from './open-delivery.ts';
import { openJob, readJobFiles } from './open-job.ts';
import { type JobReport, noteStop, reportOf, type Stop, stopOf } from './report.ts';

export interface RunOptions extends ContextOptions {
  /** Everything but the first upload: builds, lints every chunk, validates the first file. */
  readonly dryRun?: boolean;
  /** Goes on although what hits say has changed. */
  readonly acceptChange?: boolean;
}

/**
 * The whole migration, from where it stands: plan, build, gate, deliver. Building and delivery run side by side.
 * Resolves to a report even when it stopped half-way (`stopped` says why and what goes on); rejects where it could not
 * begin. A finished migration is only reported: neither source nor Adobe is asked.
 */
export async function run(file: string, options: RunOptions = {}): Promise<JobReport> {
  const acceptChange = options.acceptChange ?? false;
  if (options.dryRun === true) return validate(file, { ...options, acceptChange });
  return withLedger(file, options, async (migration, ledger, context) => {
    const { report, finished } = await finishedReport(migration, ledger);
    if (finished) {
      context.onEvent({ type: 'message', level: 'info', text: 'This migration is finished; there is nothing to do.' });
      return report;
    }
    const job = await openJob(file, context);
    try {
      await acceptJob(job, ledger, { acceptChange });
      return await buildAndDeliver(job, ledger, context);
    } finally {
      await job.close();
    }
  });
}

/** Builds every slice that is not sealed yet; sends nothing. */
export async function build(
  file: string,
  options: ContextOptions & { readonly acceptChange?: boolean } = {},
): Promise<JobReport> {
  return withLedger(file, options, (_, ledger, context) =>
    withJob(file, ledger, context, options.acceptChange ?? false, async (job) => {
      await buildSlices(job, ledger, await prepare(job, ledger, context), { ...context, admit: freely });
    }),
  );
}

/** The dry run: builds everything, lints every chunk, and sends the first file (or each lane's) to the validate endpoint. */
export async function validate(
  file: string,
  options: ContextOptions & { readonly eachLane?: boolean; readonly acceptChange?: boolean } = {},
): Promise<JobReport> {
  return withLedger(file, options, (_, ledger, context) =>
    withJob(file, ledger, context, options.acceptChange ?? false, async (job) => {
      await buildSlices(job, ledger, await prepare(job, ledger, context), { ...context, admit: freely });
      const { client } = await openDelivery(job.migration, ledger, context);
      const gate = createGate({ job, ledger, client, clock: context.clock, signal: context.signal });
      let first = true;
      for (const group of job.groups) {
        const chunks = await ledger.chunks({ group });
        for (const [place, chunk] of chunks.entries()) {
          context.signal.throwIfAborted();
          if (place === 0 && (first || options.eachLane === true)) await gate.validate(chunk);
          first = false;
          await gate.pass(chunk);
        }
      }
      context.onEvent({
        type: 'message',
        level: 'info',
        text: 'Every chunk passed the linter; the validate endpoint agrees.',
      });
    }),
  );
}

const freely = (): Promise<void> => Promise.resolve();

async function withLedger(
  file: string,
  options: ContextOptions,
  use: (migration: Migration, ledger: Ledger, context: Context) => Promise<JobReport>,
): Promise<JobReport> {
  const context = contextOf(options);
  const { migration } = await readJobFiles(file, context);
  const ledger = await openLedger(migration.folder, { now: context.clock.now });
  try {
    return await use(migration, ledger, context);
  } finally {
    await ledger.close();
  }
}

/** Works on an opened job; a stop while working becomes part of the report. */
async function withJob(
  file: string,
  ledger: Ledger,
  context: Context,
  acceptChange: boolean,
  work: (job: Job) => Promise<void>,
): Promise<JobReport> {
  const job = await openJob(file, context);
  try {
    await acceptJob(job, ledger, { acceptChange });
    const stop = await stopWhile(() => work(job), context.signal, `bdia-migrate build ${file}`);
    return await close(job.migration, ledger, stop, new Map());
  } finally {
    await job.close();
  }
}

async function finishedReport(migration: Migration, ledger: Ledger): Promise<{ report: JobReport; finished: boolean }> {
  const report = await reportOf(migration, ledger);
  return { report, finished: report.state === 'finished' };
}

/**
 * Building and delivery side by side. Whichever stops first halts the other: building because nothing may wait for it,
 * delivery because no slice will come any more. What a person should read first wins.
 */
async function buildAndDeliver(job: Job, ledger: Ledger, context: Context): Promise<JobReport> {
  const { migration } = job;
  const halt = new AbortController();
  const signal = AbortSignal.any([context.signal, halt.signal]);
  const { client, pace } = await openDelivery(migration, ledger, context);
  const gate = createGate({ job, ledger, client, clock: context.clock, signal });
  const backlog = createBacklog({ groups: job.groups, ledger, limitBytes: migration.disk.ahead, signal });
  const stoppedLanes = new Map<string, string>();
  const onEvent: Context['onEvent'] = (event) => {
    context.onEvent(event);
    if (event.type === 'chunk') backlog.changed();
  };
  const goOn = `bdia-migrate run ${migration.file}`;
  const prepared = await prepare(job, ledger, { signal, onEvent });
  const building = stopWhile(
    () => buildSlices(job, ledger, prepared, { signal, onEvent, admit: backlog.admit }),
    signal,
    goOn,
  ).then((stop) => {
    // Lanes that still wait for a slice would wait for ever.
    if (stop !== null) halt.abort(new MigrationError('interrupted', 'building stopped'));
    return stop;
  });
  const delivered = await deliver({
    groups: job.groups,
    log: ledger,
    client,
    pace,
    gate: (chunk) => gate.pass(chunk),
    settle: migration.settle,
    onInvalidRows: migration.onInvalidRows,
    plannedHits: await ledger.plannedRows(),
    clock: context.clock,
    signal,
    onEvent,
    onLaneStopped: (group, error) => {
      stoppedLanes.set(group, error.message);
      backlog.laneStopped(group);
    },
  });
  // Every lane has ended: whatever building still waits for will not come.
  if (delivered.error !== null) halt.abort(delivered.error);
  const built = await building;
  const stop = firstStop(delivered.error === null ? null : stopOf(delivered.error, goOn), built, context, goOn);
  return close(job.migration, ledger, stop, stoppedLanes);
}

/** What a person reads: an interruption of their own, then what Adobe's side says, then what building says. */
function firstStop(delivery: Stop | null, building: Stop | null, context: Context, goOn: string): Stop | null {
  if (context.signal.aborted)
    return { code: 'interrupted', message: 'stopped by a signal; nothing is lost', next: goOn };
  return delivery ?? building;
}

/** The stop that `work` ended in, or `null`. Bugs are thrown on. */
async function stopWhile(work: () => Promise<void>, signal: AbortSignal, goOn: string): Promise<Stop | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return stopOf(signal.aborted && error === signal.reason ? interruptionOf(error) : error, goOn);
  }
}

function interruptionOf(reason: unknown): MigrationError {
  return reason instanceof MigrationError ? reason : new MigrationError('interrupted', 'stopped; nothing is lost');
}

async function close(
  migration: Migration,
  ledger: Ledger,
  stop: Stop | null,
  stoppedLanes: ReadonlyMap<string, string>,
): Promise<JobReport> {
  await noteStop(ledger, stop);
  return reportOf(migration, ledger, stop ?? undefined, stoppedLanes);
}
