import { type OpenedRun, openRun, RUN_FORM } from '../../chunking/open-run.ts';
import type { RunBooks } from '../../chunking/run-list.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import type { PassRecord } from '../../ledger/pass-records.ts';
import { digest } from '../job/fingerprint.ts';
import type { Job } from '../job/job.ts';
import type { ReadOptions } from '../read/read-options.ts';
import { createRowCounter, type RowCounter } from '../read/row-counts.ts';
import { nameOf } from './assert-same-files.ts';
import { freezeFiles } from './freeze-files.ts';
import { openWaitingRows, tidySpool, type WaitingRows } from './waiting-rows.ts';

/** Where a reading of all rows begins: the rows that an earlier process has read of whole files, or none. */
export interface BegunPass {
  readonly waiting: WaitingRows;
  /** Of rows that became no hit. */
  readonly counter: RowCounter;
  /** Which files these rows come from; `null` where there are none. */
  readonly restored: PassRecord | null;
}

/** What lines in the spool are only valid for: the job that mapped them, and how they lie in their files. */
export function passFingerprint({ fingerprint }: Pick<Job, 'fingerprint'>): string {
  return digest({ ...fingerprint, form: RUN_FORM });
}

/**
 * Goes on behind what an earlier process has read, as far as its hits are at `from` (Unix seconds) or later. If anything
 * of it is not exactly what the ledger says, or was made for another job, it is told and removed, and the pass begins
 * anew. The files are frozen, or compared, before that: throws `source.changed`. Rejects with the signal's reason.
 */
export async function beginPass(
  job: Job,
  ledger: Ledger,
  from: number,
  { signal, onEvent }: ReadOptions,
): Promise<BegunPass> {
  const hasFiles = job.source.stamps !== undefined;
  const open = (): Pick<BegunPass, 'waiting' | 'counter'> => ({
    waiting: openWaitingRows(job, { books: hasFiles ? booksIn(ledger) : undefined }),
    counter: createRowCounter(job.streams.map(({ name }) => name)),
  });
  const earlier = await ledger.pass();
  if (hasFiles) await freezeFiles(job, ledger, earlier, signal);
  const begun = open();
  if (earlier === null) return { ...begun, restored: null };
  const wrong = await restore(job, earlier, begun, from, { signal, onEvent });
  if (wrong === null) {
    const files = new Set(earlier.read.map(nameOf)).size;
    const text = `${files} input ${files === 1 ? 'file was' : 'files were'} read before and will not be read again.`;
    onEvent({ type: 'message', level: 'info', text });
    return { ...begun, restored: earlier };
  }
  const text = `All input files are read again: ${wrong}.`;
  onEvent({ type: 'message', level: 'warn', text });
  await ledger.dropPass();
  await tidySpool(job, ledger);
  return { ...open(), restored: null };
}

/**
 * Resolves to what is wrong, in words; the stores are of no use then. All that was kept is read, which takes long where it
 * is much: rejects with the signal's reason between two runs, and nothing is lost then.
 */
async function restore(
  job: Job,
  pass: PassRecord,
  { waiting, counter }: Pick<BegunPass, 'waiting' | 'counter'>,
  from: number,
  { signal, onEvent }: Pick<ReadOptions, 'signal' | 'onEvent'>,
): Promise<string | null> {
  if (pass.fingerprint !== passFingerprint(job)) return 'what was read before was read for another version of this job';
  const { spool, hits, rejects } = waiting;
  const opened: OpenedRun[] = [];
  let rows = 0;
  for (const record of pass.runs) {
    signal.throwIfAborted();
    const file = await spool.reopen(record);
    if (file === null) return damaged(record);
    const run = await openRun(file, job.streams.length, from);
    if (run !== null) opened.push(run);
    rows += run?.run.rows ?? 0;
    onEvent({ type: 'progress', doing: 'reading', rows });
  }
  if (pass.rejects !== null) {
    const file = await spool.reopen(pass.rejects);
    if (file === null) return damaged(pass.rejects);
    rejects.restore(file, pass.rejects);
  }
  hits.restore(opened);
  counter.adopt(pass.counted);
  return null;
}

function damaged({ name }: { readonly name: string }): string {
  return `spool/${name} is not what was written to it`;
}

function booksIn(ledger: Ledger): RunBooks {
  return {
    replace: async (runs) => {
      for (const { file } of runs) await file.sync();
      await ledger.replaceRuns(runs.map(({ file }) => file.record()));
    },
    forget: ledger.dropPass,
  };
}
