import type { Migration } from '../../config/migration.ts';
import { MigrationError } from '../../domain/error.ts';

/** What a part of building may take, in bytes. */
export interface Share {
  readonly memory: number;
  readonly disk: number;
}

/** How `build.memory` and `disk.spool` are divided; `query` is `null` where no stream is a query over files. */
export interface BuildShares {
  /** For rows that wait to be sealed. */
  readonly rows: Share;
  readonly query: Share | null;
}

/** A stream as far as it decides who reads it: its query, and the window that it is read by. */
interface StreamShape {
  readonly query?: unknown;
  readonly window?: unknown;
}

/** With less the engine of queries stops where it could have gone to disk. */
const LEAST_QUERY_MEMORY = 128e6;
const LEAST_ROW_MEMORY = 16e6;

/**
 * Rows have all of both; threads that build slices of a database side by side, as they do where each stream has a window,
 * share it evenly. Where queries over files compute beside them, both have half; the query never less memory than it
 * needs. Throws `input.invalid` where that leaves too little for rows.
 */
export function buildShares(
  { build, disk, source }: Pick<Migration, 'build' | 'disk' | 'source'>,
  streams: readonly StreamShape[],
): BuildShares {
  const whole = { memory: build.memory, disk: disk.spool };
  if (source.engine !== 'files') {
    if (streams.some(({ window }) => window === undefined)) return { rows: whole, query: null };
    const memory = Math.floor(build.memory / build.workers);
    if (build.workers > 1 && memory < LEAST_ROW_MEMORY) {
      throw new MigrationError(
        'input.invalid',
        `build.memory is ${build.memory} bytes: for ${build.workers} workers that is ${memory} each, and ${LEAST_ROW_MEMORY} are needed`,
        { next: 'Set build.memory to 16MB or more for each of build.workers, better to 128MB.' },
      );
    }
    return { rows: { memory, disk: Math.floor(disk.spool / build.workers) }, query: null };
  }
  if (streams.every(({ query }) => query === undefined)) return { rows: whole, query: null };
  const memory = Math.max(LEAST_QUERY_MEMORY, Math.floor(build.memory / 2));
  const rest = build.memory - memory;
  if (rest < LEAST_ROW_MEMORY) {
    throw new MigrationError(
      'input.invalid',
      `build.memory is ${build.memory} bytes: a query over files needs ${LEAST_QUERY_MEMORY} of them, and its rows ${LEAST_ROW_MEMORY}`,
      { next: 'Set build.memory to 144MB or more, better to 256MB, its default.' },
    );
  }
  const half = Math.floor(disk.spool / 2);
  return { rows: { memory: rest, disk: half }, query: { memory, disk: half } };
}
