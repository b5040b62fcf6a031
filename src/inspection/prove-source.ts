import { count, plural } from '../domain/count.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { changedFiles } from '../migration/build/assert-same-files.ts';
import type { Context } from '../migration/context.ts';
import type { Job } from '../migration/job/job.ts';
import { openJob } from '../migration/job/open-job.ts';
import { countSource, type SourceCount } from '../migration/plan/plan.ts';

/**
 * Breaches of conservation between the source as it is now and what the ledger says was planned and read (P1). Rows too
 * late for any hit may come and go, where the plan tells them apart.
 */
export async function proveSource(file: string, ledger: Ledger, context: Context): Promise<string[]> {
  const job = await openJob(file, context);
  try {
    const counted = job.windowed
      ? await countSource(job, (await ledger.slices()).at(-1) ?? null)
      : await countByReading(job, context.signal);
    const changes = changedFiles(await ledger.files(), job.source.files());
    const planned = await ledger.sourceRows();
    const plannedBeyond = new Map((await ledger.plannedHomes()).map(({ stream, beyond }) => [stream, beyond]));
    // First: a slice that another process seals meanwhile is in the sums that follow, or not.
    const { slices } = await ledger.summary();
    const read = new Map((await ledger.streamCounts()).map((counts) => [counts.stream, counts.read]));
    const readBeyond = await ledger.beyondRead();
    const breaches = changes.map((change) => `since it was planned, input file ${change}`);
    for (const [stream, { rows, beyond }] of Object.entries(counted)) {
      const tooLate = plannedBeyond.get(stream) ?? null;
      const leftOut = (some: number): number => (tooLate === null ? 0 : some);
      const there = rows - leftOut(beyond);
      const whose = there === rows ? stream : `${stream} up to the end of the range`;
      const before = (planned[stream] ?? 0) - (tooLate ?? 0);
      const readRows = (read.get(stream) ?? 0) - leftOut(readBeyond.get(stream) ?? 0);
      if (there !== before)
        breaches.push(`the source has ${plural(there, 'row')} of ${whose}, ${count(before)} when it was planned`);
      if (slices.sealed === slices.total && readRows !== there)
        breaches.push(`${plural(readRows, 'row')} of ${whose} read, the source has ${count(there)}`);
    }
    return breaches;
  } finally {
    await job.close();
  }
}

/** Rows per stream of a job that is read once, lines that are no row among them; nothing is mapped. */
async function countByReading(job: Job, signal: AbortSignal): Promise<Record<string, SourceCount>> {
  const counted: Record<string, SourceCount> = {};
  await job.source.snapshot(async (reader) => {
    for (const { name, query } of job.streams) {
      let rows = 0;
      for await (const batch of reader.read(query, { from: null, to: null }, signal))
        rows += batch.rows.length + (batch.faults?.length ?? 0);
      counted[name] = { rows, beyond: 0 };
    }
  });
  return counted;
}
