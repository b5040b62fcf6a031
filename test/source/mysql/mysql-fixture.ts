import type { ServerSource } from '../../../src/config/migration.ts';
import type { Batch, Cell } from '../../../src/domain/row.ts';
import type { Source, StreamQuery, WindowRange } from '../../../src/source/source.ts';
import type { DatabaseAddress } from '../../support/servers/database-server.ts';

/** A migration's source for a database of a test server; `wishes` differ from what a migration file gives by itself. */
export function mysqlSource(address: DatabaseAddress, wishes: Partial<ServerSource> = {}): ServerSource {
  const { host, port, user, password, database } = address;
  return {
    engine: 'mysql',
    ...{ host, port, user, password, database },
    socket: null,
    tls: { mode: 'disable', ca: null, certificate: null, key: null },
    timeouts: { connectMs: 10_000, statementMs: 0, lockMs: 10_000 },
    snapshot: true,
    ...wishes,
  };
}

/** Every row of a stream in one range, read in a snapshot of its own. */
export async function readAll(
  source: Source,
  stream: StreamQuery,
  range: WindowRange = { from: null, to: null },
): Promise<(readonly Cell[])[]> {
  return source.snapshot(async (reader) => {
    const rows: (readonly Cell[])[] = [];
    for await (const batch of reader.read(stream, range)) rows.push(...(batch satisfies Batch).rows);
    return rows;
  });
}
