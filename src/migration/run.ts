import type { Migration } from '../config/migration.ts';
import type { Client } from '../delivery/client.ts';
import { MigrationError } from '../domain/error.ts';
import { eachChunk } from '../ledger/each-chunk.ts';
import { type Ledger, openLedger } from '../ledger/open-ledger.ts';
import { isOverRejectBudget } from './build/reject-budget.ts';
import type { Unrestored } from './build/restore-chunks.ts';
import { emptySpool } from './build/waiting-rows.ts';
import { buildAndDeliver } from './build-and-deliver.ts';
import { type Context, type ContextOptions, contextOf } from './context.ts';
import { createGate } from './deliver/gate.ts';
import { openDelivery } from './deliver/open-delivery.ts';
import { removeDelivered } from './deliver/remove-delivered.ts';
import { isRemoved } from './deliver/removed-chunk.ts';
import { assertSameDestination, sentElsewhere } from './deliver/same-destination.ts';
import { assertOwn } from './job/accept-job.ts';
import { changedEntries } from './job/fingerprint.ts';
import { filesFingerprint } from './job/job-fingerprint.ts';
import { type JobFiles, readJobFiles } from './job/read-job-files.ts';
import type { SendingJob } from './job/sealed-job.ts';
import { lastEnd, noteEnd } from './noted-end.ts';
import { notify } from './notify.ts';
import { endedWell, type JobReport, lossOf, type RunEnd, reportOf, stopOf } from './report.ts';
import { openRunningJob, type RunningJob } from './running-job.ts';
import { stopWhile } from './stop-while.ts';

export interface RunOptions extends ContextOptions {
  /** Everything but the first upload: builds, lints every chunk, validates the first file. */
  readonly dryRun?: boolean;
  /** Goes on although what hits say has changed, or `target.baseUrl` leads to another host. */
  readonly acceptChange?: boolean;
}

/**
 * The whole migration, from where it stands: plan, build, gate, deliver. Building and delivery run side by side.
 * Resolves to a report even when it stopped half-way (`stopped` says why and what goes on); rejects where it could not
 * begin. A finished migration is only reported: neither source nor Adobe is asked. Throws what `acceptJob` and
 * `assertSameDestination` throw.
 */
export async function run(file: string, options: RunOptions = {}): Promise<JobReport> {
  const acceptChange = options.acceptChange ?? false;
  if (options.dryRun === true) return validate(file, { ...options, acceptChange });
  return withLedger(file, options, async (files, ledger, context) => {
    const finished = await finishedReport(files, ledger, acceptChange);
    if (finished !== null) {
      context.onEvent({ type: 'message', level: 'info', text: 'This migration is finished; there is nothing to do.' });
      await removeDelivered(files.migration, ledger, context);
      // What cannot be removed is in nobody's way but the disk's.
      await emptySpool(files.migration, ledger).catch(() => undefined);
      // What stopped it once has been allowed since.
      const { stop } = await lastEnd(files.migration, ledger);
      if (stop !== null && finished.stopped === undefined) await noteEnd(ledger, endedWell);
      return finished;
    }
    return toldOfEnd(files.migration, context, async () => {
      await assertSameDestination(files.migration, ledger, { ...context, acceptChange });
      const running = await openRunningJob(file, files, ledger, acceptChange, context);
      try {
        await noteEnd(ledger, endedWell);
        return await close(files.migration, ledger, await buildAndDeliver(running, ledger, context));
      } finally {
        await running.close();
      }
    });
  });
}

/** Tells the migration's `notify` how `work` ended, also where it could not begin; bugs are not told. */
async function toldOfEnd(migration: Migration, context: Context, work: () => Promise<JobReport>): Promise<JobReport> {
  try {
    const report = await work();
    await notify(migration, report, context);
    return report;
  } catch (error) {
    if (error instanceof MigrationError) {
      const stopped = stopOf(error, `bdia-migrate run ${migration.file}`);
      await notify(migration, { migration: migration.id, stopped }, context);
    }
    throw error;
  }
}

/** Builds every slice that is not sealed yet; sends nothing. */
export async function build(
  file: string,
  options: ContextOptions & { readonly acceptChange?: boolean } = {},
): Promise<JobReport> {
  return withLedger(file, options, (files, ledger, context) =>
    withJob('build', file, files, ledger, context, options.acceptChange ?? false, async (running) => {
      await running.build(await running.prepare(), { ...context, admit: freely });
    }),
  );
}

/**
 * The dry run: builds everything, lints every chunk, and sends the first file (or each lane's) to the validate endpoint.
 * Refuses another destination as `run` does.
 */
export async function validate(
  file: string,
  options: ContextOptions & { readonly eachLane?: boolean; readonly acceptChange?: boolean } = {},
): Promise<JobReport> {
  const acceptChange = options.acceptChange ?? false;
  return withLedger(file, options, async (files, ledger, context) => {
    const { migration } = files;
    await assertSameDestination(migration, ledger, { ...context, acceptChange });
    return withJob('validate', file, files, ledger, context, acceptChange, async (running) => {
      const { job } = running;
      const prepared = await running.prepare();
      await running.build(prepared, { ...context, admit: freely });
      const { client, close: release } = await openDelivery(migration, ledger, context);
      try {
        await askGate(job, ledger, client, prepared.unrestored, options.eachLane === true, context);
      } finally {
        release();
      }
    });
  });
}

async function askGate(
  job: SendingJob,
  ledger: Ledger,
  client: Client,
  unrestored: Unrestored,
  eachLane: boolean,
  context: Context,
): Promise<void> {
  const { clock, onEvent } = context;
  const gate = createGate({ job, ledger, client, clock, onEvent, unrestored });
  let first = true;
  let removed = 0;
  for (const group of job.groups) {
    let firstOfLane = true;
    for await (const chunk of eachChunk(ledger, group)) {
      context.signal.throwIfAborted();
      if (await isRemoved(job.migration, ledger, chunk)) {
        removed += 1;
        continue;
      }
      await gate.pass(chunk, { ask: firstOfLane && (first || eachLane), signal: context.signal });
      first = false;
      firstOfLane = false;
    }
  }
  const tell = (text: string): void => context.onEvent({ type: 'message', level: 'info', text });
  if (removed > 0)
    tell(`Chunks that were removed after delivery (disk.keep: undelivered) and so are not linted again: ${removed}.`);
  if (!first) tell('Every chunk passed the linter; the validate endpoint agrees.');
  else if (removed === 0) tell('No chunk was built: there is nothing to validate.');
}

const freely = (): Promise<void> => Promise.resolve();

async function withLedger(
  file: string,
  options: ContextOptions,
  use: (files: JobFiles, ledger: Ledger, context: Context) => Promise<JobReport>,
): Promise<JobReport> {
  const context = contextOf(options);
  const files = await readJobFiles(file, context);
  const ledger = await openLedger(files.migration.folder, { now: context.clock.now });
  try {
    assertOwn(files.migration, await ledger.job());
    return await use(files, ledger, context);
  } finally {
    await ledger.close();
  }
}

/** Works on an opened job; a stop while working becomes part of the report. */
async function withJob(
  verb: 'build' | 'validate',
  file: string,
  files: JobFiles,
  ledger: Ledger,
  context: Context,
  acceptChange: boolean,
  work: (running: RunningJob) => Promise<void>,
): Promise<JobReport> {
  const running = await openRunningJob(file, files, ledger, acceptChange, context);
  try {
    await noteEnd(ledger, endedWell);
    const stop = await stopWhile(() => work(running), context.signal, `bdia-migrate ${verb} ${file}`);
    return await close(files.migration, ledger, { ...endedWell, stop });
  } finally {
    await running.close();
  }
}

/**
 * The report of a migration that is finished and whose files still say the same; else `null`. What only the source, the
 * machine or the program can tell of a change (its identity, versions) does not matter: nothing will be built.
 */
async function finishedReport(files: JobFiles, ledger: Ledger, acceptChange: boolean): Promise<JobReport | null> {
  const { migration } = files;
  const known = await ledger.job();
  if (known === null) return null;
  // Refused in its own words by who goes on.
  if (!acceptChange && (await sentElsewhere(migration, ledger)) !== null) return null;
  const now = filesFingerprint(files);
  const stored = { ...JSON.parse(known.identity.json), ...JSON.parse(known.content.json) } as Record<string, string>;
  const changed = changedEntries(stored, { ...now.identity, ...now.content });
  if (changed.some((name) => !/^(source|mapper version|version of .*)$/.test(name))) return null;
  // Building says so again, in its words.
  if (await isOverRejectBudget(migration, ledger)) return null;
  const report = await reportOf(migration, ledger, { ...endedWell, stop: await lossOf(migration, ledger) });
  return report.state === 'finished' ? report : null;
}

async function close(migration: Migration, ledger: Ledger, end: RunEnd): Promise<JobReport> {
  try {
    await noteEnd(ledger, end);
  } catch (error) {
    // Where the disk is full nothing can be noted; the first stop is the one to tell.
    if (end.stop === null || !(error instanceof MigrationError)) throw error;
  }
  return reportOf(migration, ledger, end);
}
