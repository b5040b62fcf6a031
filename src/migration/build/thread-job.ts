import { type ErrorCode, MigrationError } from '../../domain/error.ts';
import { faultMessages } from '../../domain/problem.ts';
import type { Context } from '../context.ts';
import type { Fingerprint } from '../job/fingerprint.ts';
import type { Job } from '../job/job.ts';
import { openJob } from '../job/open-job.ts';

/** What a thread needs to open a job by itself; the same for all of them. */
export interface ThreadJob extends Pick<Context, 'env' | 'runtime' | 'readyMadeFolder'> {
  /** The migration's file. */
  readonly file: string;
  /** What the job must be. */
  readonly fingerprint: Fingerprint;
}

/** What a thread made, or why not: an error of this program's does not cross between threads as what it is. */
export type Answer<T> =
  | { readonly made: T }
  | { readonly stop: { readonly code: ErrorCode; readonly message: string; readonly next: string | null } };

/** A job for threads to open. */
export function threadJob(
  { migration, fingerprint }: Pick<Job, 'migration' | 'fingerprint'>,
  { env, runtime, readyMadeFolder }: Pick<Context, 'env' | 'runtime' | 'readyMadeFolder'>,
): ThreadJob {
  // What the process gives as its environment cannot be sent as it is.
  return { file: migration.file, fingerprint, env: { ...env }, runtime, readyMadeFolder };
}

let opened: Promise<Job> | null = null;

/**
 * Does `work` with the job of this thread; the first order opens the job, by `opening`, and it stays open. Where it cannot
 * be opened the next order tries again.
 */
export async function withJob<T>(
  { file, fingerprint, ...context }: ThreadJob,
  work: (job: Job) => Promise<T>,
  opening: (open: () => Promise<Job>) => Promise<Job> = (open) => open(),
): Promise<Answer<T>> {
  try {
    opened ??= opening(() => openSame(file, fingerprint, context)).catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return { made: await work(await opened) };
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    const message = [error.message, ...faultMessages(error.problems)].join('; ');
    return { stop: { code: error.code, message, next: error.next } };
  }
}

/** Ends what the thread has opened. */
export async function closeThread(): Promise<void> {
  const job = await opened?.catch(() => null);
  opened = null;
  await job?.close();
}

async function openSame(
  file: string,
  fingerprint: Fingerprint,
  context: Pick<Context, 'env' | 'runtime' | 'readyMadeFolder'>,
): Promise<Job> {
  // The build is under way: a host whose name is not known any more is one that restarts.
  const job = await openJob(file, { ...context, wasOpen: true });
  if (JSON.stringify(job.fingerprint) === JSON.stringify(fingerprint)) return job;
  await job.close();
  throw new MigrationError('ledger.changed-job', 'the files of the migration were changed while it was built', {
    next: 'Run it again; what is sealed stays.',
  });
}
