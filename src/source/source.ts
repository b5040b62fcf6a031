import type { FileStamp, InputFile } from '../domain/input-file.ts';
import type { Batch, Stretch } from '../domain/row.ts';

/** A stream as a source needs to know it. `query` is the mapping's, with its `:name` places; `rows` names a file set. */
export interface StreamQuery {
  readonly stream: string;
  /** Of a database, or over file sets. Every `:name` but `:from` and `:to` is in `parameters`, bound, never pasted. */
  readonly query?: string;
  readonly parameters?: Readonly<Record<string, string | bigint>>;
  /** For files without a query: the name of a file set. */
  readonly rows?: string;
  /** Absent: the stream is read once, whole. */
  readonly window?: WindowColumn;
}

/** The column that a stream is read by. `zone` is the wall clock of texts without offset; epochs ignore it. */
export interface WindowColumn {
  readonly column: string;
  /** `datetime`: `YYYY-MM-DD HH:MM:SS`; `iso`: `YYYY-MM-DDTHH:MM:SSZ`; `date`: `YYYY-MM-DD`; the others are integers since 1970. */
  readonly type: 'datetime' | 'iso' | 'date' | 's' | 'ms' | 'us' | 'ns';
  readonly zone: string;
}

/** A half-open range of the window column in its wall-clock seconds; `null` is open. */
export interface WindowRange {
  readonly from: number | null;
  readonly to: number | null;
}

/**
 * Exact rows of one stream whose window column lies in one span of the grid. `start` is wall-clock seconds; `null` stands
 * for NULL and for values that are not of the column's type. Texts are counted by their beginning, down to the grain; those
 * that sort otherwise than it, such as one without seconds, count as not of the type.
 */
export interface WindowCount {
  readonly start: number | null;
  readonly rows: number;
}

/** How the engine would read one range of a windowed stream. */
export interface RangeAccess {
  /** Whether the window column's range is looked up in an index; reading a slice costs the whole table otherwise. */
  readonly isIndexed: boolean;
  /** The index, or what is read whole, as the engine names it. */
  readonly detail: string;
  /** A statement that would create the missing index, or what else to do; `null` where the range is indexed. */
  readonly cure: string | null;
}

/** A column whose values the engine itself writes with fewer digits than it holds. */
export interface ShortenedColumn {
  readonly column: string;
  /** What is written, in words. */
  readonly detail: string;
  /** What to select instead. */
  readonly cure: string;
}

/** A table or view of a database, as its catalogue describes it. */
export interface SourceTable {
  /** Where the engine has schemas; else `null`. */
  readonly schema: string | null;
  readonly name: string;
  /** In the table's order; types as the engine writes them, in lower case. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Columns that tell rows apart, in the order of their index; empty where none are declared. */
  readonly key: readonly string[];
  /** Columns that an index begins with. */
  readonly indexed: readonly string[];
}

/**
 * Legacy rows in. The engine connects when the source is opened and never writes.
 *
 * - `columns` asks the engine what a stream's query returns, without running it, or looks at the files as far as their
 *   format takes, which may be to their end. Duplicate names are `input.invalid`.
 * - `count` is exact and windowed-only; the grid spans `grain` seconds, aligned to wall-clock zero. Spans without rows are
 *   left out; the others come in order, `null` first. A column of another type than declared is `input.invalid`.
 * - `snapshot` gives one consistent read-only view to everything read inside `use`; it ends when `use` settles.
 *   Reads inside it run one after another. A lost connection rejects with `source.unreachable`: the slice is read again.
 * - `read` streams batches of arrays (a few hundred to a few thousand rows), with back-pressure: nothing is read ahead
 *   of what the consumer asked for beyond one batch, and leaving the loop frees the statement or file at once.
 *   Rows come in window-column order where the engine can cheaply say so; order is a hint, never a promise.
 *   `range` must be given for windowed streams (open both ends: the whole stream) and is ignored for the others.
 * - Every value arrives as text exactly as the engine holds it (64-bit integers and decimals digit by digit), bytes as
 *   `Uint8Array`, NULL as `null`. Rows of files end with two columns more, `#file` and `#line`; those of a query do not.
 * - `files` tells, after a whole file stream has been read, what was read; empty for databases.
 * - `stamps` tells what files a stream reads, as they are now, in the order in which it does; nothing is read.
 *   `digest` reads one of them for its hash alone. Both are absent where rows come from no files.
 * - `access` asks the engine how it would read a range, without reading; absent where there are no ranges.
 * - `shortened` names the columns of a stream for which "exactly" does not hold, since the engine writes fewer digits than
 *   it holds; nothing is read. Absent where there are none.
 * - `tables` lists what can be queried, from the catalogue alone; absent where there are no tables.
 * - `cut` makes rows of a stretch, as they are asked for, also of one that another process or thread has read of the same
 *   stream; absent where there are none.
 * - `identity` names what the rows come from without any secret: part of the fingerprint.
 */
export interface Source {
  readonly identity: Readonly<Record<string, string>>;
  columns(stream: StreamQuery, signal?: AbortSignal): Promise<readonly string[]>;
  count(stream: StreamQuery, grain: number, range: WindowRange): Promise<readonly WindowCount[]>;
  snapshot<T>(use: (reader: SourceReader) => Promise<T>): Promise<T>;
  files(): readonly InputFile[];
  stamps?(stream: StreamQuery): Promise<readonly FileStamp[]>;
  digest?(file: Pick<FileStamp, 'set' | 'path'>, signal?: AbortSignal): Promise<InputFile>;
  cut?(stream: StreamQuery, stretch: Stretch): Promise<Iterable<Batch>>;
  access?(stream: StreamQuery, range: WindowRange): Promise<RangeAccess>;
  shortened?(stream: StreamQuery): Promise<readonly ShortenedColumn[]>;
  tables?(): Promise<readonly SourceTable[]>;
  close(): Promise<void>;
}

/** How a stream of files without a query is read. */
export interface FileReading {
  /** Paths of files that are not read. */
  readonly passOver?: ReadonlySet<string>;
  /** Whether rows may come as a `Batch.stretch`, for `cut`: that they are many then costs the reader little. */
  readonly uncut?: boolean;
}

/**
 * Reads inside one snapshot. A stream of files without a query says in `Batch.ended` where each file ends; one with a
 * query says so of all its files, at its own end.
 */
export interface SourceReader {
  read(stream: StreamQuery, range: WindowRange, signal?: AbortSignal, files?: FileReading): AsyncIterable<Batch>;
}
