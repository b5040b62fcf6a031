import type { LoadedMapping } from '../../config/load-mapping.ts';
import type { Migration } from '../../config/migration.ts';
import type { StreamMapper } from '../../mapping/mapper.ts';
import type { Source, StreamQuery } from '../../source/source.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { StreamWindow } from './windows.ts';

/** One stream, ready to be read and mapped. `position` is its place in the mapping, part of the total order (P3). */
export interface JobStream {
  readonly name: string;
  readonly position: number;
  readonly query: StreamQuery;
  readonly columns: readonly string[];
  readonly mapper: StreamMapper;
  /** `place` is where the column stands in a row; `null`: the stream is read once, whole. */
  readonly window: (StreamWindow & { readonly place: number }) | null;
}

/**
 * A migration with everything opened and compiled that building needs. A job is *windowed* when each of its streams can
 * be asked for a range of its window column; else it is *single-pass*: all streams are read once, and their hits partitioned.
 */
export interface Job {
  readonly migration: Migration;
  readonly mapping: LoadedMapping;
  readonly source: Source;
  readonly streams: readonly JobStream[];
  readonly windowed: boolean;
  /** CSV header line of every chunk; fixed when the mapping compiles (P4). */
  readonly header: string;
  readonly columns: readonly string[];
  /** Names of the visitor groups, by number. */
  readonly groups: readonly string[];
  /** The number of the group that a visitor belongs to (P2). */
  readonly groupOf: (visitor: string) => number;
  readonly fingerprint: Fingerprint;
  close(): Promise<void>;
}
