import type { InputFile } from './input-file.ts';

/** One value of a legacy row as a source delivers it: text, bytes that the query did not convert, or NULL. */
export type Cell = string | Uint8Array | null;

/** One legacy row: its cells in the order of the stream's columns. Sources may not reuse the array. */
export type Row = readonly Cell[];

/** The column that holds the whole of a row as JSON, where the source gives rows so: names are its members. */
export const wholeRow = '#json';

/** The columns that every row of a file has after its own: the file's name, and the line on which the row begins, from 1. */
export const fileColumns = ['#file', '#line'] as const;

/**
 * Rows of one stream, in the order the source gave them. Only file sources fill `faults`: lines that are no row
 * (wrong number of fields, a quote that never closes); each is one row read and one reject.
 */
export interface Batch {
  readonly rows: readonly Row[];
  readonly faults?: readonly RowFault[];
  /**
   * Files that the stream has read to their end: all that it gave up to here comes from them and from those before, and
   * nothing that follows does. Such a batch may have no rows.
   */
  readonly ended?: readonly InputFile[];
  /** Rows that nobody has cut yet, in place of `rows` and `faults`: only for who asks for them so. */
  readonly stretch?: Stretch;
}

/** Whole records of one file, as their bytes stand in it. */
export interface Stretch {
  readonly file: string;
  /** The physical line of the first record, from 1. */
  readonly line: number;
  readonly bytes: Uint8Array;
}

/** A place in the input that should be a row and is not: `key` locates it as a row's key would (file, line). */
export interface RowFault {
  readonly key: readonly string[];
  readonly reason: string;
  readonly text: string;
}
