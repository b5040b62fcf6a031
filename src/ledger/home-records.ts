import { sql } from 'kysely';
import type { LedgerDb } from './tables.ts';

/** Exact rows of one windowed stream by home, as they were counted when the plan was made. */
export interface PlannedHomes {
  readonly stream: string;
  /** By slice. */
  readonly rows: readonly number[];
  /** Those of the last home that are too late for any hit; `null` in plans that do not tell them apart. */
  readonly beyond: number | null;
  /** Rows whose home counting does not tell: their window column is NULL or no time. */
  readonly unplaced: number;
}

/** What was counted by home; empty for single-pass jobs. */
export interface HomeRecords {
  /** By stream; of the rows without a known home, those that sealed slices have already had are taken off. */
  plannedHomes(): Promise<readonly PlannedHomes[]>;
  /** Rows too late for any hit that were read, by stream; streams of which nothing is sealed are left out. */
  beyondRead(): Promise<ReadonlyMap<string, number>>;
}

/** The counts by home over an open ledger. */
export function homeRecords(db: LedgerDb): HomeRecords {
  return {
    plannedHomes: async () => {
      const known = new Map<string, { stream: string; rows: number[]; beyond: number | null; unplaced: number }>();
      const found = await db.selectFrom('home_rows').selectAll().orderBy('slice').execute();
      for (const { stream, slice, row_count, beyond_count } of found) {
        const homes = known.get(stream) ?? { stream, rows: [], beyond: null, unplaced: 0 };
        known.set(stream, homes);
        homes.beyond ??= beyond_count;
        if (slice === null) homes.unplaced = row_count;
        else homes.rows[slice] = row_count;
      }
      const sealed = await db
        .selectFrom('stream_counts as sealed')
        .innerJoin('home_rows as home', (join) =>
          join.onRef('home.stream', '=', 'sealed.stream').onRef('home.slice', '=', 'sealed.slice'),
        )
        .select([
          'home.stream',
          sql<number>`sum(sealed.read_rows - home.row_count
            - iif(home.beyond_count IS NULL, 0, sealed.beyond_rows - home.beyond_count))`.as('unplaced'),
        ])
        .groupBy('home.stream')
        .execute();
      for (const { stream, unplaced } of sealed) known.get(stream)!.unplaced -= unplaced;
      return [...known.values()];
    },

    beyondRead: async () => {
      const found = await db
        .selectFrom('stream_counts')
        .select(({ fn }) => ['stream', fn.sum<number>('beyond_rows').as('rows')])
        .groupBy('stream')
        .execute();
      return new Map(found.map(({ stream, rows }) => [stream, rows]));
    },
  };
}
