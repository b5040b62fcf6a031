import { join } from 'node:path';
import { readRejects, readSidecar } from '../../chunking/read-chunk.ts';
import { MigrationError } from '../../domain/error.ts';
import type { Slice } from '../../domain/slice.ts';
import { eachChunk } from '../../ledger/each-chunk.ts';
import { numbersInForce } from '../../ledger/job-records.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';
import { HIT } from '../../mapping/mapper.ts';
import type { Job } from '../job/job.ts';
import { homeTest, rangeToRead } from '../job/windows.ts';
import { readAgain } from '../read/read-again.ts';
import type { ReadOptions } from '../read/read-options.ts';
import { textOf } from '../read/read-slice.ts';

/** More of them are not told apart in memory. */
const MOST_ROWS = 500_000;

/** Rows of one stream and key that are counted in one slice and sent in another, only one of which stays sealed. */
interface RowsAcross {
  readonly stream: string;
  readonly key: string;
  hits: number;
  others: number;
  /** Of them, by what is sealed: rejects where their home is, else hits. */
  sealed: number;
}

/** By stream and key. */
interface Across {
  /** At home in a sealed slice, their time in one that is not. */
  readonly counted: Map<string, RowsAcross>;
  /** The other way round. */
  readonly sent: Map<string, RowsAcross>;
  /** The earliest of those, Unix seconds. */
  readonly firstSent: number;
}

/**
 * A row of a windowed job is counted where its window column lies and sent where its time does. Where slices stay sealed
 * with another content than the one in force, a row that lies across may be a hit by one and none by the other, and be
 * lost or counted twice: throws `build.not-reproducible` where one is, before anything is built. Which rows those are is
 * known from the rejects and sidecars of the sealed slices; where keys are not unique some cannot be told apart.
 */
export async function assertSameAcross(job: Job, ledger: Ledger, options: ReadOptions): Promise<void> {
  const first = await firstOfOtherContent(ledger);
  if (first === null) return;
  const name = `Reading what lies across slices ${first.index - 1} and ${first.index}`;
  const across = await readAgain(name, () => readAcross(job, first, options), options);
  await tellSealed(job, ledger, across);
  for (const rows of across.counted.values()) {
    if (Math.min(rows.sealed, rows.hits + rows.others) !== rows.others) throw otherHits(rows, rows.others > 0, first);
  }
  for (const rows of across.sent.values()) {
    if (Math.min(rows.sealed, rows.hits + rows.others) !== rows.hits) throw otherHits(rows, rows.hits === 0, first);
  }
}

/** The first slice to build, where the one before it is sealed with another content than the one in force. */
async function firstOfOtherContent(ledger: Ledger): Promise<Slice | null> {
  const [first] = await ledger.unsealedSlices();
  if (first === undefined || first.index === 0) return null;
  const before = await ledger.sealedSlice(first.index - 1);
  const inForce = numbersInForce(await ledger.contents());
  return before !== null && before.content !== null && inForce.has(before.content) ? null : first;
}

async function readAcross(job: Job, first: Slice, { signal, onEvent }: ReadOptions): Promise<Across> {
  const counted: Across['counted'] = new Map();
  const sent: Across['sent'] = new Map();
  let firstSent = Number.POSITIVE_INFINITY;
  let read = 0;
  const { from, to } = job.migration.range;
  await job.source.snapshot(async (reader) => {
    for (const { name: stream, query, mapper, window } of job.streams) {
      if (window === null) throw new Error(`stream ${stream} has no window`);
      const { output } = mapper;
      const unsealed = homeTest({ ...first, homeTo: null }, window, window.lateness);
      const range = rangeToRead({ ...first, to: first.from, homeTo: first.homeFrom }, window, window.lateness);
      for await (const { rows } of reader.read(query, range, signal)) {
        for (const row of rows) {
          const outcome = mapper.map(row);
          if (outcome === HIT) mapper.dropHit();
          // What a row without its time became was decided by what cannot have changed.
          if (!output.timed) continue;
          const { seconds } = output;
          const cell = textOf(row[window.place]);
          const isSent = unsealed.isHome(cell);
          if (isSent !== seconds < first.from || seconds < from || seconds >= to) continue;
          if (!unsealed.isTimely(cell, seconds)) continue;
          const found = entryOf(isSent ? sent : counted, stream, output.key);
          if (outcome === HIT) found.hits += 1;
          else found.others += 1;
          if (isSent) firstSent = Math.min(firstSent, seconds);
          if (counted.size + sent.size > MOST_ROWS) throw tooMany(first);
        }
        read += rows.length;
        onEvent({ type: 'progress', doing: 'reading', rows: read });
      }
    }
  });
  return { counted, sent, firstSent };
}

function entryOf(rows: Map<string, RowsAcross>, stream: string, key: readonly string[]): RowsAcross {
  const name = nameOf(stream, key);
  let found = rows.get(name);
  if (found === undefined) {
    found = { stream, key: key.join(' / '), hits: 0, others: 0, sealed: 0 };
    rows.set(name, found);
  }
  return found;
}

/** Finds them among the rejects and in the chunks of what is sealed. */
async function tellSealed(job: Job, ledger: Ledger, { counted, sent, firstSent }: Across): Promise<void> {
  const { folder } = job.migration;
  const tell = (rows: Across['sent'], stream: string, key: readonly string[]): void => {
    const found = rows.get(nameOf(stream, key));
    if (found !== undefined) found.sealed += 1;
  };
  if (counted.size > 0) {
    for (const { path } of await ledger.rejectFiles()) {
      for await (const { stream, key } of readRejects(join(folder, path))) tell(counted, stream, key);
    }
  }
  if (sent.size === 0) return;
  for (const group of job.groups) {
    for await (const chunk of eachChunk(ledger, group)) {
      if (chunk.lastTime < firstSent) continue;
      for await (const { stream, key } of readSidecar(folder, chunk)) tell(sent, stream, key);
    }
  }
}

function nameOf(stream: string, key: readonly string[]): string {
  return JSON.stringify([stream, ...key]);
}

const cure = {
  next: 'undo the part of the change that decides which rows are rejected (what other columns say may change), then run again with --accept-change',
};

function otherHits({ stream, key }: RowsAcross, wasHit: boolean, { index }: Slice): MigrationError {
  const fate = wasHit ? 'was a hit before the change and is none after it' : 'was no hit before the change and is one';
  return new MigrationError(
    'build.not-reproducible',
    `row ${key} of stream ${stream} ${fate}; it is counted in one slice and sent in another, and what is before slice ${index} stays as it is: it would be lost, or sent and not counted`,
    cure,
  );
}

function tooMany({ index }: Slice): MigrationError {
  return new MigrationError(
    'build.not-reproducible',
    `more than ${MOST_ROWS} rows are counted before slice ${index} and sent from there on, or the other way round: too many to see whether the change lets other rows become hits`,
    { next: 'undo the change, then run again with --accept-change' },
  );
}
