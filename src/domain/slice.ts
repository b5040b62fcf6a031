/**
 * A half-open window of hit time, the unit that is built, sealed and rebuilt. `from` and `to` are whole Unix seconds.
 * `homeFrom` and `homeTo` are the cut points of the slice's homes in a window column's own wall-clock seconds;
 * `null` is the open end of the first and of the last home.
 */
export interface Slice {
  readonly index: number;
  readonly from: number;
  readonly to: number;
  readonly homeFrom: number | null;
  readonly homeTo: number | null;
  /** Rows expected from the exact count over time, those of a database before any is skipped or rejected; a plan, not a promise. */
  readonly plannedRows: number;
}

/** What became of the rows of one stream whose home is one slice: `read = hits + rejected + filtered` (P1). */
export interface StreamCounts {
  readonly stream: string;
  readonly read: number;
  readonly hits: number;
  readonly rejected: number;
  readonly filtered: number;
}

/** What was counted while a slice was read. */
export interface ReadCounts extends StreamCounts {
  /** Those of the rows read whose window column lies so far behind the range that none can be a hit; absent where none do. */
  readonly beyond?: number;
}

/** How often something named happened to the rows or values of one stream. */
export interface Tally {
  readonly stream: string;
  /**
   * `rejected` and `filtered` count rows; the others values of hits, `filled` by where a value was taken from, `warned`
   * those that are sent as they are and that Adobe will change.
   */
  readonly outcome: 'rejected' | 'filtered' | 'cut' | 'mended' | 'emptied' | 'left out' | 'filled' | 'warned';
  /** The Adobe column, or empty where a whole row is meant. */
  readonly column: string;
  readonly reason: string;
  readonly count: number;
}

/** The rejects of a slice as they were written. `path` is relative to the work folder. */
export interface RejectsFile {
  readonly path: string;
  readonly rows: number;
  readonly rawBytes: number;
  readonly gzBytes: number;
  readonly rawSha256: string;
  readonly gzSha256: string;
}

/** A row that became no hit, as `rejects/<slice>.jsonl.gz` stores it: one JSON object a line. */
export interface Reject {
  readonly stream: string;
  readonly key: readonly string[];
  readonly reason: string;
  readonly column: string | null;
  readonly value: string | null;
  /** The source row, column name to text; a column that held bytes is shown as `0x…`. */
  readonly row: Readonly<Record<string, string | null>>;
}
