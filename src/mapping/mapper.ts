import type { Row } from '../domain/row.ts';
import type { Tally } from '../domain/slice.ts';

/** What a row became. Numbers, because this is asked once per row. */
export const HIT = 0;
export const REJECTED = 1;
export const FILTERED = 2;
/** The row has a time that was not asked for; only that and its key are read. */
export const OUTSIDE = 3;
export type Outcome = typeof HIT | typeof REJECTED | typeof FILTERED | typeof OUTSIDE;

/**
 * What the last `map` call found, in one record that is written over by the next call: no object per row.
 * After `HIT` all of the first block is set; after `REJECTED` and `FILTERED` the second; after `OUTSIDE` time and key.
 */
export interface MapperOutput {
  /** Hit time: whole Unix seconds (may be negative) and the nanoseconds inside that second. */
  seconds: number;
  nanos: number;
  /** The effective visitor as Adobe will store it (P2): never empty; what the visitor group is a hash of. */
  visitor: string;
  /** The parts of the row's key, in the mapping's order; the array is reused. */
  key: string[];
  /** The cells of the hit in the order of `CompiledMapping.columns`; the array is reused. */
  readonly cells: readonly string[];
  /** 1 for cells that are known to be plain (`plain-cell.ts`): nobody need look at them again. The array is reused. */
  readonly plain: Uint8Array;

  /** The name of the rule or the reason; counted under this name. */
  reason: string;
  /** Adobe's column and the value that caused it, where one did. */
  column: string | null;
  value: string | null;
  /**
   * Whether `seconds` and `nanos` hold the row's time: of hits and rows outside always, and of rejected rows whose time can be
   * read.
   */
  timed: boolean;
}

/** A name of the mapping that leads into JSON: only rows tell whether anything is there. */
export interface MemberName {
  readonly name: string;
  /** Where the mapping says it. */
  readonly path: readonly (string | number)[];
  /** Whether a row has a value there. */
  isIn(row: Row): boolean;
}

/** The compiled mapper of one stream; not re-entrant. */
export interface StreamMapper {
  readonly stream: string;
  readonly output: MapperOutput;
  /** In the order of compilation, as often as the mapping says them; without what the stream calls optional. */
  readonly memberNames: readonly MemberName[];
  /**
   * Maps one row; the result is read from `output` before the next call. Never throws for what a row holds. A row that no rule
   * skips or rejects is `OUTSIDE` where `isOutside` says so of its time, whatever else is wrong with it.
   */
  map(row: Row, isOutside?: (seconds: number) => boolean): Outcome;
  /** Sets `output.key` alone, for rows that are only counted. */
  readKey(row: Row): void;
  /** The last `HIT` is not kept by the caller: what was cut, mended, emptied or left out in it does not count. */
  dropHit(): void;
  /** Cuts, mends, empties and columns left out, counted since the last call; rejects and filters are counted by the caller. */
  takeTallies(): Tally[];
}
