import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { ServerSource } from '../../../src/config/migration.ts';
import type { Row } from '../../../src/domain/row.ts';
import { openPostgres } from '../../../src/source/postgres/open-postgres.ts';
import type { Source, StreamQuery, WindowRange } from '../../../src/source/source.ts';
import type { DatabaseServer, OwnServer, TestDatabase } from '../../support/servers/database-server.ts';
import { otherPostgresPrograms, startPostgres } from '../../support/servers/postgres-server.ts';
import { serverSource } from '../../support/servers/server-source.ts';
import { sharedServer } from '../../support/servers/shared-server.ts';
import { readRows } from '../read-rows.ts';

/** A database that a test file has for itself, empty for each test; what is opened in a test is closed after it. */
export interface PostgresFixture {
  readonly database: () => TestDatabase;
  open(changes?: Partial<ServerSource>): Promise<Source>;
  read(stream: Omit<StreamQuery, 'stream'>, range?: WindowRange): Promise<readonly Row[]>;
}

/** Where PostgreSQL is tested: the server that all tests share, and one of every other version that is here. */
export const postgresServers: readonly { readonly name: string; readonly programs: string | null }[] = [
  { name: 'the shared PostgreSQL', programs: null },
  ...otherPostgresPrograms().map((programs) => ({ name: `PostgreSQL of ${programs}`, programs })),
];

/** One of `postgresServers`, started and ended with the tests around where it is not shared. */
export function useServer(programs: string | null): () => DatabaseServer {
  let server: DatabaseServer;
  let own: OwnServer | null = null;
  beforeAll(async () => {
    own = programs === null ? null : await startPostgres({ programs });
    server = own ?? (await sharedServer('postgres'));
  });
  afterAll(() => own?.remove());
  return () => server;
}

export function usePostgres(programs: string | null = null): PostgresFixture {
  const server = useServer(programs);
  let database: TestDatabase;
  const opened: Source[] = [];
  beforeAll(async () => {
    database = await server().freshDatabase();
  });
  beforeEach(() => database.run('DROP SCHEMA public CASCADE; CREATE SCHEMA public'));
  afterEach(async () => {
    for (const source of opened.splice(0)) await source.close();
  });
  afterAll(() => database.remove());
  const open = async (changes = {}) => {
    const source = await openPostgres(serverSource(database, changes));
    opened.push(source);
    return source;
  };
  return {
    database: () => database,
    open,
    read: async (stream, range) => readRows(await open(), { stream: 's', ...stream }, range),
  };
}
