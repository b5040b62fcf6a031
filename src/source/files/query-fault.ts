import { MigrationError } from '../../domain/error.ts';
import type { StreamQuery } from '../source.ts';
import { tempBound } from './duckdb.ts';
import { overBound } from './query-room.ts';

/**
 * What DuckDB says of a query over files, by its words, as a stop: `disk.failed`, `build.memory` or `source.query`. What is
 * no error of DuckDB's comes back as it is.
 */
export function queryFault({ stream }: StreamQuery, error: unknown): unknown {
  if (error instanceof MigrationError || !(error instanceof Error)) return error;
  const says = error.message.replace(/^Failed to extract statements: /, '').trim();
  // What follows the first line is advice for who writes to the engine's settings.
  const [first = ''] = says.split('\n');
  if (says.includes(tempBound)) return overBound(stream, first, error);
  if (/No space left on device|quota exceeded|Could not write|Could not create/i.test(says)) {
    return new MigrationError('disk.failed', `The query of stream ${stream} cannot write to its spool: ${first}`, {
      next: 'Free space on the disk that holds the work folder, or choose another with `folder:`, then run again.',
      cause: error,
    });
  }
  if (says.startsWith('Out of Memory')) {
    return new MigrationError('build.memory', `The query of stream ${stream} needs more memory: ${first}`, {
      next: 'Raise build.memory, of which a query has half.',
      cause: error,
    });
  }
  if (!/^[A-Z][A-Za-z ]+ Error: /.test(says)) return error;
  return new MigrationError('source.query', `The query of stream ${stream} is refused: ${says}`, {
    next: 'Correct the query in the mapping: it is SQL as DuckDB has it.',
    cause: error,
  });
}
