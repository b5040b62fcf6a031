import { MigrationError } from '../domain/error.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { type Admit, buildSlices } from './build/build.ts';
import type { BuildOptions } from './build/build-options.ts';
import { type Prepared, prepare } from './build/prepare.ts';
import { openRejectBudget } from './build/reject-budget.ts';
import { isOfSource, lostChunks, type Unrestored } from './build/restore-chunks.ts';
import { emptySpool } from './build/waiting-rows.ts';
import type { Context } from './context.ts';
import { acceptJob } from './job/accept-job.ts';
import type { Job } from './job/job.ts';
import { openJob } from './job/open-job.ts';
import type { JobFiles } from './job/read-job-files.ts';
import { type SendingJob, sealedJob } from './job/sealed-job.ts';

/** A job that may work on its ledger: what is sent, and how what is missing is built first. */
export interface RunningJob {
  readonly job: SendingJob;
  /** As `prepare` of building. */
  prepare(): Promise<Prepared>;
  /** As `buildSlices`. */
  build(prepared: Prepared, options: BuildOptions & { readonly admit: Admit }): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a job to go on with it, as `acceptJob` lets it; what that has to say is told. The source of one that is sealed as a
 * whole is not opened, but for files that were lost: what was built can be delivered when the source is gone.
 */
export async function openRunningJob(
  file: string,
  files: JobFiles,
  ledger: Ledger,
  acceptChange: boolean,
  context: Context,
): Promise<RunningJob> {
  const sealed = await sealedJob(files, ledger, context.runtime);
  if (sealed !== null) return withoutSource(file, sealed, ledger, context);
  const job = await openJob(file, context);
  try {
    const text = await acceptJob(job, ledger, { acceptChange });
    if (text !== null) context.onEvent({ type: 'message', level: 'warn', text });
  } catch (error) {
    await job.close();
    throw error;
  }
  return withSource(job, ledger, context);
}

/** A job whose source is open and that was accepted. */
export function withSource(job: Job, ledger: Ledger, context: Context): RunningJob {
  return {
    job,
    prepare: () => prepare(job, ledger, context),
    build: (prepared, options) => buildSlices(job, ledger, prepared, options),
    close: () => job.close(),
  };
}

function withoutSource(file: string, job: SendingJob, ledger: Ledger, context: Context): RunningJob {
  return {
    job,
    prepare: async () => {
      await emptySpool(job.migration, ledger);
      return { whole: null, unrestored: await restoreFrom(file, job, ledger, context) };
    },
    build: async () => {
      // Nothing is missing; what was rejected may still be more than is allowed.
      await openRejectBudget(job.migration, ledger);
    },
    close: () => Promise.resolve(),
  };
}

/** Opens the source where files were lost, and only then. */
async function restoreFrom(file: string, sealed: SendingJob, ledger: Ledger, context: Context): Promise<Unrestored> {
  const lost = await lostChunks(sealed, ledger, context.signal);
  if (lost.length === 0) return new Map();
  let job: Job;
  try {
    job = await openJob(file, context);
  } catch (error) {
    if (!(error instanceof MigrationError) || !isOfSource(error)) throw error;
    const why = [error.message, ...error.problems.map(({ message }) => message)].join('; ');
    return new Map(lost.map(({ key }) => [key, why]));
  }
  try {
    return (await prepare(job, ledger, context)).unrestored;
  } finally {
    await job.close();
  }
}
