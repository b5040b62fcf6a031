import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { count } from '../../domain/count.ts';
import { MigrationError } from '../../domain/error.ts';
import { boundTemp, type Engine } from './duckdb.ts';

/** How much a query may put on disk: its tables, and what does not fit memory while it computes. */
export interface QueryRoom {
  /** Throws `disk.failed` where the tables are more than the bound. */
  check(): Promise<void>;
  /** Leaves to the engine what the tables do not take; they grow no more. */
  leaveTo(): Promise<void>;
}

/** The room of an engine for one stream's query, whose files all lie in `folder`; `bytes` may be infinite. */
export function openRoom(engine: Engine, stream: string, folder: string, bytes: number): QueryRoom {
  const used = async (): Promise<number> => {
    const found = await bytesIn(folder);
    if (found > bytes)
      throw overBound(
        stream,
        `its files have ${count(found)} bytes as tables in ${folder}, its share is ${count(bytes)}`,
      );
    return found;
  };
  return {
    check: async () => {
      await used();
    },
    leaveTo: async () => boundTemp(engine, bytes - (await used())),
  };
}

/** The stop of a query that needs more than its share of `disk.spool`. */
export function overBound(stream: string, says: string, cause?: unknown): MigrationError {
  return new MigrationError('disk.failed', `The query of stream ${stream} needs more than disk.spool allows: ${says}`, {
    next: 'Raise disk.spool, of which a query has half, or let fewer files stand in the query.',
    cause,
  });
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) bytes += (await stat(join(folder, name))).size;
  return bytes;
}
