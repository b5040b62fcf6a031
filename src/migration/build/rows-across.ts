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
import { assertNotMoved, enterNear, isZoned, type NearRows } from './moved-rows.ts';

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

/** Where sealed slices end that stay as they are. */
interface Border {
  /** The first slice to build. */
  readonly first: Slice;
  /** They were built with another version of the time zone data. */
  readonly isOtherClock: boolean;
}

/** By stream and key. */
interface Across {
  /** At home in a sealed slice, their time in one that is not. */
  readonly counted: Map<string, RowsAcross>;
  /** The other way round. */
  readonly sent: Map<string, RowsAcross>;
  /** All rows near the border whose times another version of the time zone data may move over it. */
  readonly near: Map<string, NearRows>;
  /** No hit of `sent` and `near` is sealed with an earlier time, Unix seconds. */
  readonly earliest: number;
}

/**
 * A row of a windowed job is counted where its window column lies and sent where its time does. Where slices stay sealed
 * with another content than the one in force, a row that lies across may be a hit by one and none by the other, and be
 * lost or counted twice: throws `build.not-reproducible` where one is, before anything is built. So it does where the
 * time zone data has changed with the content, and with it the time of a row near the border. Which rows those are is
 * known from the rejects and sidecars of the sealed slices; where keys are not unique some cannot be told apart.
 */
export async function assertSameAcross(job: Job, ledger: Ledger, options: ReadOptions): Promise<void> {
  const border = await borderOfContents(job, ledger);
  if (border === null) return;
  const { first } = border;
  const name = `Reading what lies across slices ${first.index - 1} and ${first.index}`;
  const across = await readAgain(name, () => readAcross(job, border, options), options);
  await tellSealed(job, ledger, across);
  for (const rows of across.near.values()) assertNotMoved(rows, first);
  for (const rows of across.counted.values()) {
    if (Math.min(rows.sealed, rows.hits + rows.others) !== rows.others) throw otherHits(rows, rows.others > 0, first);
  }
  for (const rows of across.sent.values()) {
    if (Math.min(rows.sealed, rows.hits + rows.others) !== rows.hits) throw otherHits(rows, rows.hits === 0, first);
  }
}

/** `null` where all that is sealed stays and fits, because the slice before the first to build has the content in force. */
async function borderOfContents({ fingerprint }: Job, ledger: Ledger): Promise<Border | null> {
  const [first] = await ledger.unsealedSlices();
  if (first === undefined || first.index === 0) return null;
  const before = (await ledger.sealedContents()).get(first.index - 1);
  const contents = await ledger.contents();
  if (before !== undefined && numbersInForce(contents).has(before)) return null;
  const built = contents.find(({ number }) => number === before);
  const entries = JSON.parse(built?.json ?? '{}') as Record<string, string>;
  return { first, isOtherClock: entries[clockEntry] !== fingerprint.content[clockEntry] };
}

/** Of the content, as `jobFingerprint` names it. */
const clockEntry = 'version of tz';
/** No change of the time zone data moves a time by more. */
const day = 86_400;

async function readAcross(job: Job, border: Border, { signal, onEvent }: ReadOptions): Promise<Across> {
  const { first, isOtherClock } = border;
  const counted: Across['counted'] = new Map();
  const sent: Across['sent'] = new Map();
  const near: Across['near'] = new Map();
  let earliest = Number.POSITIVE_INFINITY;
  let read = 0;
  const { from, to } = job.migration.range;
  await job.source.snapshot(async (reader) => {
    for (const stream of job.streams) {
      const { name, query, mapper, window, position } = stream;
      if (window === null) throw new Error(`stream ${name} has no window`);
      const { output } = mapper;
      const mayMove = isOtherClock && isZoned(stream, job.mapping.streams[position]?.[1].time);
      const unsealed = homeTest({ ...first, homeTo: null }, window);
      const range = rangeToRead({ ...first, to: first.from, homeTo: first.homeFrom }, window);
      for await (const { rows } of reader.read(query, range, signal)) {
        for (const row of rows) {
          const outcome = mapper.map(row);
          if (outcome === HIT) mapper.dropHit();
          // What a row without its time became was decided by what cannot have changed.
          if (!output.timed) continue;
          const { seconds } = output;
          if (seconds < from || seconds >= to) continue;
          const cell = textOf(row[window.place]);
          const isSent = unsealed.isHome(cell);
          const isTimely = unsealed.isTimely(cell, seconds);
          const isEarlier = isTimely && seconds < first.from;
          const isLater = isTimely && seconds >= first.from;
          const isHit = outcome === HIT;
          if (mayMove) {
            enterNear(nearOf(near, name, output.key), { isCounted: !isSent, isEarlier, isLater, isHit });
            earliest = Math.min(earliest, seconds - day);
          }
          if (isSent ? isEarlier : isLater) {
            const found = entryOf(isSent ? sent : counted, name, output.key);
            if (isHit) found.hits += 1;
            else found.others += 1;
            if (isSent) earliest = Math.min(earliest, seconds);
          }
          if (counted.size + sent.size + near.size > MOST_ROWS) throw tooMany(first);
        }
        read += rows.length;
        onEvent({ type: 'progress', doing: 'reading', rows: read });
      }
    }
  });
  return { counted, sent, near, earliest };
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

function nearOf(rows: Across['near'], stream: string, key: readonly string[]): NearRows {
  const name = nameOf(stream, key);
  let found = rows.get(name);
  if (found === undefined) {
    found = { stream, key: key.join(' / '), due: 0, barred: 0, sealedHits: 0, sealedRejects: 0 };
    rows.set(name, found);
  }
  return found;
}

/** Finds them among the rejects and in the chunks of what is sealed. */
async function tellSealed(job: Job, ledger: Ledger, { counted, sent, near, earliest }: Across): Promise<void> {
  const { folder } = job.migration;
  if (counted.size > 0 || near.size > 0) {
    for (const { path } of await ledger.rejectFiles()) {
      for await (const { stream, key } of readRejects(join(folder, path))) {
        const name = nameOf(stream, key);
        const rows = counted.get(name);
        if (rows !== undefined) rows.sealed += 1;
        const rowsNear = near.get(name);
        if (rowsNear !== undefined) rowsNear.sealedRejects += 1;
      }
    }
  }
  if (sent.size === 0 && near.size === 0) return;
  for (const group of job.groups) {
    for await (const chunk of eachChunk(ledger, group)) {
      if (chunk.lastTime < earliest) continue;
      for await (const { stream, key } of readSidecar(folder, chunk)) {
        const name = nameOf(stream, key);
        const rows = sent.get(name);
        if (rows !== undefined) rows.sealed += 1;
        const rowsNear = near.get(name);
        if (rowsNear !== undefined) rowsNear.sealedHits += 1;
      }
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
    `more than ${MOST_ROWS} rows lie so near the beginning of slice ${index} that the change may lose them or send them twice: too many to see whether it does`,
    { next: 'undo the change, then run again with --accept-change' },
  );
}
