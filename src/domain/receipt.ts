/** One try to upload one chunk. Durable before the first byte leaves; `endedAt` and `outcome` follow. Times are epoch ms. */
export interface Attempt {
  readonly id: number;
  /** Counted per chunk over all runs, from 1. */
  readonly number: number;
  readonly host: string;
  readonly clientId: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly outcome: string | null;
}

/**
 * What is known of a chunk at Adobe: its own answer to the upload, what a look-up found (`lookup`: invalid rows are
 * then unknown, `null`), or what a person decided in `settle` (`person`).
 */
export interface Receipt {
  readonly source: 'answer' | 'lookup' | 'person';
  readonly at: number;
  readonly httpStatus: number | null;
  readonly fileId: string | null;
  readonly rows: number | null;
  readonly invalidRows: number | null;
  readonly size: number | null;
  /** Adobe's own words, cut to a few thousand characters. */
  readonly body: string;
}

/**
 * Whether it is known which rows of a file Adobe skipped. Its own answer says so; a look-up does only where the validate
 * endpoint confirmed the same file, and a person's word does not.
 */
export function tellsInvalidRows({
  source,
  invalidRows,
}: {
  readonly source: Receipt['source'] | null;
  readonly invalidRows: number | null;
}): boolean {
  return source === 'answer' || invalidRows !== null;
}

/** Rows of a chunk that Adobe did not take; for ever. `row` is Adobe's 1-based data row, `null` where Adobe only gave a number. */
export interface LostRows {
  readonly row: number | null;
  readonly count: number;
  readonly reason: string;
}
