import { type Selectable, sql } from 'kysely';
import type { InputFile } from '../domain/input-file.ts';
import type { Slice } from '../domain/slice.ts';
import { enterHashes } from './file-records.ts';
import type { PlannedHomes } from './home-records.ts';
import type { LedgerDb, Tables } from './tables.ts';

/** What stands in the ledger before the first slice is built, and never changes. */
export interface LedgerPlan {
  readonly slices: readonly Slice[];
  /** Exact rows of the source, by stream. */
  readonly sourceRows: Readonly<Record<string, number>>;
  /** Of windowed jobs. */
  readonly homes?: readonly PlannedHomes[];
  /** The input files as they were read. */
  readonly files: readonly InputFile[];
}

/** The plan: written once, read by building, delivery and reports. */
export interface PlanRecords {
  hasPlan(): Promise<boolean>;
  /** Stores the plan in one transaction. Slices count from 0 without gaps. A second plan is a bug of the caller. */
  storePlan(plan: LedgerPlan): Promise<void>;
  /** All slices, in order. */
  slices(): Promise<readonly Slice[]>;
  /** The slices still to be built, in order. */
  unsealedSlices(): Promise<readonly Slice[]>;
  /** Rows that the plan expects over all slices; 0 without a plan. */
  plannedRows(): Promise<number>;
  /** Hits at home in the slices that are sealed, and the rows that the plan expects of the others; 0 without a plan. */
  plannedHits(): Promise<number>;
  /** Exact rows of the source when it was planned, by stream, in the plan's order. */
  sourceRows(): Promise<Readonly<Record<string, number>>>;
}

/** SQLite's limit is 32,766 values a statement. */
const insertsAtOnce = 500;

/** The plan's records over an open ledger; `now` is epoch ms. */
export function planRecords(db: LedgerDb, now: () => number): PlanRecords {
  return {
    hasPlan: () => hasPlanIn(db),

    storePlan: ({ slices, sourceRows, homes = [], files }) =>
      db.transaction().execute(async (trx) => {
        if (await hasPlanIn(trx)) throw new Error('The ledger holds a plan already');
        if (slices.some(({ index }, position) => index !== position)) throw new Error('Slices must count from 0');
        const marked = await trx.updateTable('job').set({ planned_at: now() }).executeTakeFirst();
        if (marked.numUpdatedRows !== 1n) throw new Error('A plan needs its job in the ledger first');
        for (const some of inParts(slices)) await trx.insertInto('slices').values(some.map(sliceValues)).execute();
        for (const some of inParts(Object.entries(sourceRows))) {
          const values = some.map(([stream, rows]) => ({ stream, row_count: rows }));
          await trx.insertInto('source_rows').values(values).execute();
        }
        for (const stream of homes) {
          for (const some of inParts(homeValues(stream))) await trx.insertInto('home_rows').values(some).execute();
        }
        await enterHashes(trx, files);
      }),

    slices: async () => (await db.selectFrom('slices').selectAll().orderBy('slice').execute()).map(toSlice),

    unsealedSlices: async () =>
      (await db.selectFrom('slices').selectAll().where('sealed_at', 'is', null).orderBy('slice').execute()).map(
        toSlice,
      ),

    plannedRows: async () => {
      const found = await db.selectFrom('slices').select(({ fn }) => fn.sum<number | null>('planned_rows').as('rows'));
      return (await found.executeTakeFirst())?.rows ?? 0;
    },

    plannedHits: async () => {
      const found = await sql<{ hits: number }>`
        SELECT (SELECT coalesce(sum(hits), 0) FROM stream_counts)
          + (SELECT coalesce(sum(planned_rows), 0) FROM slices WHERE sealed_at IS NULL) AS hits`.execute(db);
      return found.rows[0]?.hits ?? 0;
    },

    sourceRows: async () => {
      const rows = await db.selectFrom('source_rows').selectAll().orderBy('position').execute();
      return Object.fromEntries(rows.map(({ stream, row_count }) => [stream, row_count]));
    },
  };
}

/** As `hasPlan`, inside a change of the caller's. */
export async function hasPlanIn(trx: LedgerDb): Promise<boolean> {
  return (await trx.selectFrom('job').select('planned_at').executeTakeFirst())?.planned_at != null;
}

function* inParts<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += insertsAtOnce) yield all.slice(from, from + insertsAtOnce);
}

function sliceValues(slice: Slice) {
  return {
    slice: slice.index,
    from_time: slice.from,
    to_time: slice.to,
    home_from: slice.homeFrom,
    home_to: slice.homeTo,
    planned_rows: slice.plannedRows,
  };
}

function homeValues({ stream, rows, beyond, unplaced }: PlannedHomes): Tables['home_rows'][] {
  const last = rows.length - 1;
  const homes = rows.map((row_count, slice) => {
    return { stream, slice, row_count, beyond_count: slice === last ? beyond : null };
  });
  return [...homes, { stream, slice: null, row_count: unplaced, beyond_count: null }];
}

function toSlice(row: Selectable<Tables['slices']>): Slice {
  return {
    index: row.slice,
    from: row.from_time,
    to: row.to_time,
    homeFrom: row.home_from,
    homeTo: row.home_to,
    plannedRows: row.planned_rows,
  };
}
