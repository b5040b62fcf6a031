import type { MessagePort } from 'node:worker_threads';
import { systemClock } from '../../domain/clock.ts';
import { type ErrorCode, MigrationError } from '../../domain/error.ts';
import type { JobEvent } from '../../domain/event.ts';
import type { Slice } from '../../domain/slice.ts';
import type { Context } from '../context.ts';
import type { Fingerprint } from '../job/fingerprint.ts';
import type { Job } from '../job/job.ts';
import { openJob } from '../job/open-job.ts';
import { type MadeSlice, makeSlice, readForSlice } from './make-slice.ts';
import { openWaitingRows } from './waiting-rows.ts';

/** What a thread needs to open a job by itself; the same for all of them. */
export interface ThreadJob extends Pick<Context, 'env' | 'runtime' | 'readyMadeFolder'> {
  /** The migration's file. */
  readonly file: string;
  /** What the job must be. */
  readonly fingerprint: Fingerprint;
}

/** One slice to be made. Events go through `port`; whatever comes back through it is a stop. */
export interface SliceOrder extends ThreadJob {
  readonly slice: Slice;
  readonly port: MessagePort;
}

/** An error of this program's does not cross between threads as what it is. */
export type SliceAnswer =
  | { readonly made: MadeSlice }
  | { readonly stop: { readonly code: ErrorCode; readonly message: string; readonly next: string | null } };

let opened: Promise<Job> | null = null;

/** Makes one slice of a windowed job, in a thread of its own; the first order opens the job, which stays open. */
export async function makeInThread(order: SliceOrder): Promise<SliceAnswer> {
  const { slice, port } = order;
  const stopping = new AbortController();
  port.once('message', () => stopping.abort(new MigrationError('interrupted', 'the build was stopped')));
  const onEvent = (event: JobEvent): void => port.postMessage(event);
  try {
    const job = await openOnce(order);
    const waiting = openWaitingRows(job, { part: `slice-${slice.index}` });
    try {
      const options = { signal: stopping.signal, onEvent, clock: systemClock };
      const rows = await readForSlice(job, slice, waiting, options);
      return { made: await makeSlice(job, slice, rows, stopping.signal) };
    } finally {
      await waiting.hits.close();
      await waiting.spool.keepOnly(new Set()).catch(() => undefined);
    }
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    return { stop: { code: error.code, message: error.message, next: error.next } };
  } finally {
    port.close();
  }
}

/** Ends what the thread has opened. */
export async function closeThread(): Promise<void> {
  const job = await opened?.catch(() => null);
  opened = null;
  await job?.close();
}

function openOnce({ file, fingerprint, ...context }: ThreadJob): Promise<Job> {
  opened ??= openJob(file, context).then(async (job) => {
    if (sameFingerprint(job.fingerprint, fingerprint)) return job;
    await job.close();
    throw new MigrationError('ledger.changed-job', 'the files of the migration were changed while it was built', {
      next: 'Run it again; what is sealed stays.',
    });
  });
  return opened;
}

function sameFingerprint(one: Fingerprint, other: Fingerprint): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
