import { MigrationError } from '../../domain/error.ts';
import { wallClock } from '../../mapping/time.ts';
import type { Job, JobStream } from '../../migration/job/job.ts';
import { readSample } from '../../migration/read/read-sample.ts';
import { readWall } from '../../source/window.ts';

/** The range of a migration in days: half-open, of `zone`. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
  readonly zone: string;
}

const day = 86_400;
/** Before it there was nothing to be counted; what lies there is a zero or a mistake. */
const earliest = Date.UTC(1995, 0, 1) / 1000;
/** The first day that Adobe documents. */
const documented = '2001-09-10';
const mostRows = 10_000_000;
const sqlName = '(?:"(?:[^"]|"")+"|`(?:[^`]|``)+`|\\w+)';

/** How a range is looked for. */
export interface RangeSearch {
  /** The clock of days where rows are not read by a window. */
  readonly zone: string;
  /** Unix seconds. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Every day that Adobe documents, today included. */
export function widestRange(now: number, zone: string): DayRange {
  return { from: documented, to: dayOf(now + day), zone };
}

/**
 * All days that may hold a hit, times before 1995 and after tomorrow aside. Window columns are asked for their MIN and MAX in
 * the tables where they stand; rows without a window are read and mapped. `null` where neither can be done, such as of more
 * than ten million rows. Throws `input.invalid` where there is no time at all.
 */
export async function findRange(job: Job, search: RangeSearch): Promise<DayRange | null> {
  const zone = job.streams[0]?.window?.zone ?? search.zone;
  const walls: number[] = [];
  for (const stream of job.streams) {
    const found = stream.window === null ? await readEnds(job, stream, search) : await askEnds(job, stream, search);
    if (found === null) return null;
    walls.push(...found);
  }
  if (walls.length === 0) {
    throw new MigrationError('input.invalid', 'The source holds no hit between 1995 and tomorrow', {
      next: 'Look at the source, or name another.',
    });
  }
  return { from: dayOf(Math.min(...walls)), to: dayOf(Math.max(...walls) + day), zone };
}

/**
 * First and last wall-clock times that hits may have, by the columns that a stream's query compares with `:from`; `null`
 * where it compares something else, or where what sorts first or last among them is no time.
 */
async function askEnds(job: Job, { name, query, window }: JobStream, search: RangeSearch): Promise<number[] | null> {
  const { query: text = '', window: asked } = query;
  if (window === null || asked === undefined) throw new Error(`stream ${name} has no window`);
  const ends: number[] = [];
  const compared = [...text.matchAll(new RegExp(`(\\w+)\\.(${sqlName})\\s*>=\\s*:from\\b`, 'g'))];
  for (const [, alias = '', column = ''] of compared) {
    const named = new RegExp(`\\b(?:FROM|JOIN)\\s+(${sqlName}(?:\\.${sqlName})?)\\s+(?:AS\\s+)?${alias}\\b`, 'i').exec(
      text,
    );
    if (named === null) return null;
    const ask = {
      stream: name,
      query: `SELECT MIN(${column}) AS first_time, MAX(${column}) AS last_time FROM ${named[1]} WHERE ${column} >= :from AND ${column} < :to`,
      window: { ...asked, column: 'first_time' },
    };
    const range = { from: earliest, to: search.now + day };
    const [row = []] = await readSample(job.source, ask, { most: 1, signal: search.signal, range });
    const [first = null, last = null] = row;
    if (first === null || last === null) continue;
    const walls = { first: readWall(window.type, first), last: readWall(window.type, last) };
    if (walls.first === null || walls.last === null) return null;
    ends.push(walls.first - window.lateness.before, walls.last + window.lateness.after);
  }
  return compared.length === 0 ? null : ends;
}

/** First and last wall-clock times of all rows, as they are mapped; `null` where they are too many. */
async function readEnds(job: Job, { query, mapper }: JobStream, search: RangeSearch): Promise<number[] | null> {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let count = 0;
  const isWhole = await job.source.snapshot(async (reader) => {
    for await (const { rows } of reader.read(query, { from: null, to: null }, search.signal)) {
      count += rows.length;
      if (count > mostRows) return false;
      for (const row of rows) {
        mapper.map(row);
        const { timed, seconds } = mapper.output;
        if (!timed || seconds < earliest || seconds >= search.now + day) continue;
        first = Math.min(first, seconds);
        last = Math.max(last, seconds);
      }
      mapper.takeTallies();
    }
    return true;
  });
  if (!isWhole) return null;
  return first > last ? [] : [wallClock(first, search.zone), wallClock(last, search.zone)];
}

function dayOf(seconds: number): string {
  return new Date(Math.floor(seconds / day) * day * 1000).toISOString().slice(0, 10);
}
