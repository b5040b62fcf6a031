import type { Transaction } from 'kysely';
import type { LedgerDb, Tables } from './tables.ts';

/** Exact rows of one windowed stream by home, as they were counted when the plan was made. */
export interface PlannedHomes {
  readonly stream: string;
  /** By slice. */
  readonly rows: readonly number[];
  /** Rows whose home counting does not tell: their window column is NULL or no time. */
  readonly unplaced: number;
}

/** What was counted by home; empty for single-pass jobs. */
export interface HomeRecords {
  /** By stream; of the rows without a known home, those that sealed slices have already had are taken off. */
  plannedHomes(): Promise<readonly PlannedHomes[]>;
}

/** The counts by home over an open ledger. */
export function homeRecords(db: LedgerDb): HomeRecords {
  return {
    plannedHomes: async () => {
      const known = new Map<string, { stream: string; rows: number[]; unplaced: number }>();
      const found = await db.selectFrom('home_rows').selectAll().orderBy('slice').execute();
      for (const { stream, slice, row_count } of found) {
        const homes = known.get(stream) ?? { stream, rows: [], unplaced: 0 };
        known.set(stream, homes);
        if (slice === null) homes.unplaced = row_count;
        else homes.rows[slice] = row_count;
      }
      const sealed = await db
        .selectFrom('stream_counts as sealed')
        .innerJoin('home_rows as home', (join) =>
          join.onRef('home.stream', '=', 'sealed.stream').onRef('home.slice', '=', 'sealed.slice'),
        )
        .select(({ fn }) => [
          'home.stream',
          fn.sum<number>('sealed.read_rows').as('read'),
          fn.sum<number>('home.row_count').as('planned'),
        ])
        .groupBy('home.stream')
        .execute();
      for (const { stream, read, planned } of sealed) known.get(stream)!.unplaced -= read - planned;
      return [...known.values()];
    },
  };
}

/** Stores the counts by home with the plan that they belong to. SQLite's limit is 32,766 values a statement. */
export async function storePlannedHomes(trx: Transaction<Tables>, homes: readonly PlannedHomes[]): Promise<void> {
  for (const { stream, rows, unplaced } of homes) {
    const values = rows.map((row_count, slice): Tables['home_rows'] => ({ stream, slice, row_count }));
    values.push({ stream, slice: null, row_count: unplaced });
    for (let from = 0; from < values.length; from += 500) {
      await trx
        .insertInto('home_rows')
        .values(values.slice(from, from + 500))
        .execute();
    }
  }
}
