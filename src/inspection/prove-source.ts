import { count, plural } from '../domain/count.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { changedFiles } from '../migration/build/assert-same-files.ts';
import type { Context } from '../migration/context.ts';
import type { Job } from '../migration/job/job.ts';
import { openJob } from '../migration/job/open-job.ts';
import { countSource } from '../migration/plan/plan.ts';

/** Breaches of conservation between the source as it is now and what the ledger says was planned and read (P1). */
export async function proveSource(file: string, ledger: Ledger, context: Context): Promise<string[]> {
  const job = await openJob(file, context);
  try {
    const counted = job.windowed ? await countSource(job) : await countByReading(job, context.signal);
    const changes = changedFiles(await ledger.files(), job.source.files());
    const planned = await ledger.sourceRows();
    const read = new Map((await ledger.streamCounts()).map((counts) => [counts.stream, counts.read]));
    const { slices } = await ledger.summary();
    const breaches = changes.map((change) => `since it was planned, input file ${change}`);
    for (const [stream, rows] of Object.entries(counted)) {
      if (rows !== planned[stream])
        breaches.push(
          `the source has ${plural(rows, 'row')} of ${stream}, ${count(planned[stream] ?? 0)} when it was planned`,
        );
      const readRows = read.get(stream) ?? 0;
      if (slices.sealed === slices.total && readRows !== rows)
        breaches.push(`${plural(readRows, 'row')} of ${stream} read, the source has ${count(rows)}`);
    }
    return breaches;
  } finally {
    await job.close();
  }
}

/** Rows per stream of a single-pass job, lines that are no row among them; nothing is mapped. */
async function countByReading(job: Job, signal: AbortSignal): Promise<Record<string, number>> {
  const counted: Record<string, number> = {};
  await job.source.snapshot(async (reader) => {
    for (const { name, query } of job.streams) {
      let rows = 0;
      for await (const batch of reader.read(query, { from: null, to: null }, signal))
        rows += batch.rows.length + (batch.faults?.length ?? 0);
      counted[name] = rows;
    }
  });
  return counted;
}
