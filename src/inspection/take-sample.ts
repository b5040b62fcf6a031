import type { Row } from '../domain/row.ts';
import { wallClock } from '../mapping/time.ts';
import type { Job, JobStream } from '../migration/job/job.ts';
import { readSample, type SampleReading } from '../migration/read/read-sample.ts';

/** Places of the range at which rows of a database are taken. */
const places = 5;
/** The part of a place that is asked for first, and how much wider each further stretch reaches. */
const firstPart = 512;
const wider = 8;
/** Shorter stretches, in seconds, cost a query more than they spare. */
const shortest = 3_600;

/**
 * At most `most` rows of one stream: of a database at five places of the range, of files from their beginning. Each place
 * is read in short stretches first, each in a snapshot of its own: what a query sorts or groups, it does for all that it is
 * asked for.
 */
export async function takeSample(
  job: Pick<Job, 'source'> & { readonly migration: Pick<Job['migration'], 'range'> },
  { window, query }: Pick<JobStream, 'window' | 'query'>,
  most: number,
  { signal, onFault }: Pick<SampleReading, 'signal' | 'onFault'>,
): Promise<Row[]> {
  const { from, to } = job.migration.range;
  if (window === null) return readSample(job.source, query, { most, signal, onFault });
  const rows: Row[] = [];
  let end = wallClock(from, window.zone);
  for (let place = 0; place < places && rows.length < most; place++) {
    const start = (at: number): number => from + Math.floor(((to - from) * at) / places);
    let wanted = Math.ceil((most - rows.length) / (places - place));
    for (const cut of stretchEnds(start(place), start(place + 1))) {
      // A clock that is set back may show the end of a stretch before its beginning.
      const range = { from: end, to: Math.max(end, wallClock(cut, window.zone)) };
      end = range.to;
      if (wanted === 0 || range.from === range.to) continue;
      const found = await readSample(job.source, query, { most: wanted, signal, range });
      rows.push(...found);
      wanted -= found.length;
    }
  }
  return rows;
}

/** The ends of stretches that are wider and wider, and together all of a place; whole seconds. */
export function stretchEnds(from: number, to: number): number[] {
  const ends: number[] = [];
  for (let reach = Math.max(shortest, Math.ceil((to - from) / firstPart)); from + reach < to; reach *= wider) {
    ends.push(from + reach);
  }
  return [...ends, to];
}
