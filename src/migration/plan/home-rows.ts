import { MigrationError } from '../../domain/error.ts';
import type { Slice } from '../../domain/slice.ts';
import type { PlannedHomes } from '../../ledger/home-records.ts';
import type { WindowCount } from '../../source/source.ts';

/**
 * Places the counted spans of `grain` seconds in the homes of `slices`. A span with a cut inside it is counted again by
 * `countFiner`, which gets its start and must not answer with spans that a cut lies in.
 */
export async function rowsByHome(
  spans: readonly WindowCount[],
  grain: number,
  slices: readonly Slice[],
  countFiner: (start: number) => Promise<readonly WindowCount[]>,
): Promise<Omit<PlannedHomes, 'stream'>> {
  const rows = new Array<number>(slices.length).fill(0);
  let unplaced = 0;
  let home = 0;
  const place = (start: number, count: number): void => {
    home = homeOf(start, slices, home);
    rows[home]! += count;
  };
  for (const { start, rows: count } of spans) {
    if (start === null) {
      unplaced += count;
      continue;
    }
    home = homeOf(start, slices, home);
    const end = slices[home]!.homeTo;
    if (end === null || end >= start + grain) place(start, count);
    else for (const finer of await countFiner(start)) if (finer.start !== null) place(finer.start, finer.rows);
  }
  return { rows, unplaced };
}

/** The slice whose home begins at or before `wall`, from `guess` on. */
function homeOf(wall: number, slices: readonly Slice[], guess: number): number {
  let home = guess;
  while (home > 0 && wall < slices[home]!.homeFrom!) home--;
  while (slices[home]!.homeTo !== null && wall >= slices[home]!.homeTo!) home++;
  return home;
}

/** Throws `source.changed` where a slice's homes hold other rows than were counted; called once for each slice. */
export type AssertSameHomes = (
  slice: Slice,
  counts: readonly { readonly stream: string; readonly read: number }[],
) => void;

/**
 * Holds what is read against what was counted when the job was planned, so that a source that changes under a migration
 * is noticed before anything of the slice is sealed. `planned` is what the ledger says before the first call.
 */
export function createHomeCheck(planned: readonly PlannedHomes[]): AssertSameHomes {
  const homes = new Map(planned.map(({ stream, rows, unplaced }) => [stream, { rows, unplaced }]));
  return (slice, counts) => {
    for (const { stream, read } of counts) {
      const known = homes.get(stream);
      const expected = known?.rows[slice.index];
      if (known === undefined || expected === undefined) continue;
      const more = read - expected;
      if (more < 0 || more > known.unplaced) throw changed(stream, slice, expected, read);
      known.unplaced -= more;
    }
  };
}

function changed(stream: string, { homeFrom, homeTo }: Slice, planned: number, read: number): MigrationError {
  return new MigrationError(
    'source.changed',
    `the source has changed under the migration: stream ${stream} had ${planned} rows ${spanText(homeFrom, homeTo)} when it was planned, now it has ${read}`,
    {
      next: 'bring the rows back as they were (a backup, a copy, a replica that stands still), then run again; if nothing was sent yet, delete the work folder and plan anew. A range that ends in the past keeps new rows out',
    },
  );
}

/** In the window column's own clock. */
function spanText(from: number | null, to: number | null): string {
  const time = (wall: number): string => new Date(wall * 1000).toISOString().slice(0, 19).replace('T', ' ');
  if (from === null) return to === null ? 'in all' : `before ${time(to)}`;
  return to === null ? `from ${time(from)} on` : `from ${time(from)} to ${time(to)}`;
}
