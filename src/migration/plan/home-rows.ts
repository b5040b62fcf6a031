import { MigrationError } from '../../domain/error.ts';
import type { ReadCounts, Slice } from '../../domain/slice.ts';
import type { PlannedHomes } from '../../ledger/home-records.ts';
import type { WindowCount } from '../../source/source.ts';
import { samePlace } from '../job/accept-job.ts';

/** The homes of a slice: half-open, in the window column's own clock; `null` is open. */
type Homes = Pick<Slice, 'homeFrom' | 'homeTo'>;

/**
 * Places the counted spans of `grain` seconds in the homes of `slices`, and tells those of the last home that begin at
 * `beyondFrom` or later, where no hit can be. A span with a cut inside it is counted again by `countFiner`, which gets its
 * start and must not answer with spans that a cut lies in; rows of other times that the query gives then are passed over.
 */
export async function rowsByHome(
  spans: readonly WindowCount[],
  grain: number,
  slices: readonly Homes[],
  beyondFrom: number,
  countFiner: (start: number) => Promise<readonly WindowCount[]>,
): Promise<Omit<PlannedHomes, 'stream'> & { readonly beyond: number }> {
  const last = slices.at(-1)!;
  const homes = [...slices.slice(0, -1), { ...last, homeTo: beyondFrom }, { homeFrom: beyondFrom, homeTo: null }];
  const rows = new Array<number>(homes.length).fill(0);
  let unplaced = 0;
  let home = 0;
  const place = (start: number, count: number): void => {
    home = homeOf(start, homes, home);
    rows[home]! += count;
  };
  for (const { start, rows: count } of spans) {
    if (start === null) {
      unplaced += count;
      continue;
    }
    home = homeOf(start, homes, home);
    const end = homes[home]!.homeTo;
    if (end === null || end >= start + grain) place(start, count);
    else {
      let placed = 0;
      let timeless = 0;
      for (const finer of await countFiner(start)) {
        if (finer.start === null) timeless += finer.rows;
        else if (finer.start >= start && finer.start < start + grain) {
          place(finer.start, finer.rows);
          placed += finer.rows;
        }
      }
      // A text with a minute or second of no clock is told by its hour alone. Rows that are absent altogether are none.
      unplaced += Math.min(timeless, Math.max(0, count - placed));
    }
  }
  const beyond = rows.pop()!;
  rows[rows.length - 1]! += beyond;
  return { rows, beyond, unplaced };
}

/** The home that begins at or before `wall`, from `guess` on. */
function homeOf(wall: number, homes: readonly Homes[], guess: number): number {
  let home = guess;
  while (home > 0 && wall < homes[home]!.homeFrom!) home--;
  while (homes[home]!.homeTo !== null && wall >= homes[home]!.homeTo!) home++;
  return home;
}

/** Throws `source.changed` where a slice's homes hold other rows than were counted; called once for each slice. */
export type AssertSameHomes = (slice: Slice, counts: readonly Pick<ReadCounts, 'stream' | 'read' | 'beyond'>[]) => void;

/**
 * Holds what is read against what was counted when the job was planned, so that a source that changes under a migration
 * is noticed before anything of the slice is sealed. Rows too late for any hit may come and go, where the plan tells them
 * apart. `planned` is what the ledger says before the first call.
 */
export function createHomeCheck(planned: readonly PlannedHomes[]): AssertSameHomes {
  const homes = new Map(planned.map((stream) => [stream.stream, { ...stream }]));
  return (slice, counts) => {
    for (const { stream, read, beyond = 0 } of counts) {
      const known = homes.get(stream);
      const atHome = known?.rows[slice.index];
      if (known === undefined || atHome === undefined) continue;
      const tooLate = slice.homeTo === null ? known.beyond : null;
      const expected = atHome - (tooLate ?? 0);
      const found = tooLate === null ? read : read - beyond;
      const more = found - expected;
      if (more < 0 || more > known.unplaced) throw changed(stream, spanText(slice, tooLate === null), expected, found);
      known.unplaced -= more;
    }
  };
}

function changed(stream: string, span: string, planned: number, read: number): MigrationError {
  return new MigrationError(
    'source.changed',
    `the source has changed under the migration: stream ${stream} had ${planned} rows ${span} when it was planned, now it has ${read}`,
    {
      next: `bring the rows back as they were (a backup, a copy, a replica that stands still; ${samePlace}), then run again; if nothing was sent yet, delete the work folder and plan anew. A range that ends in the past keeps new rows out. Where nothing was changed, the query compares :from and :to with another value than it returns as its window column`,
    },
  );
}

/** In the window column's own clock; the last home `isWhole` where rows too late for any hit count too. */
function spanText({ homeFrom: from, homeTo: to }: Homes, isWhole: boolean): string {
  const time = (wall: number): string => new Date(wall * 1000).toISOString().slice(0, 19).replace('T', ' ');
  if (to !== null) return from === null ? `before ${time(to)}` : `from ${time(from)} to ${time(to)}`;
  if (from === null) return isWhole ? 'in all' : 'up to the end of the range';
  return isWhole ? `from ${time(from)} on` : `from ${time(from)} to the end of the range`;
}
