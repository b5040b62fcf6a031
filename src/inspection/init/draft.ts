import type { FileSetSpec } from '../../config/mapping-schema.ts';
import type { ColumnWishes, DraftedColumns } from './draft-columns.ts';

/** Everything that a drafted mapping says, and what it was made of. */
export interface Draft extends DraftedColumns {
  /** The table, or the file set. */
  readonly stream: string;
  /** What it was drafted from, in words. */
  readonly of: string;
  /** Other tables that may hold hits, the likeliest first. */
  readonly others: readonly string[];
  readonly sampledRows: number;
  /** What a person has to know of it, beside the doubts of its columns. */
  readonly remarks: readonly string[];
  /** Of a database. */
  readonly query: string | null;
  /** Of files: how they are written. */
  readonly files: FileSetSpec | null;
  readonly key: readonly string[] | null;
  readonly window: Readonly<Record<string, string>> | null;
}

/** What a draft is made with. */
export interface DraftOptions extends ColumnWishes {
  /** The table that holds the hits; else the likeliest. */
  readonly table: string | undefined;
  readonly signal: AbortSignal;
}
