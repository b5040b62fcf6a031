import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnServer, TestDatabase } from './database-server.ts';
import { startMariadb } from './mariadb-server.ts';
import { postgresPrograms, startPostgres } from './postgres-server.ts';

const kinds = [
  ...postgresPrograms().map((programs) => ({
    name: `PostgreSQL of ${programs}`,
    start: () => startPostgres({ programs }),
  })),
  { name: 'MariaDB', start: () => startMariadb() },
];

describe.each(kinds)('$name', ({ start }) => {
  let server: OwnServer;
  let database: TestDatabase;
  beforeAll(async () => {
    server = await start();
    database = await server.freshDatabase();
  });
  afterAll(() => server?.remove());

  it.each(['clean', 'crash'] as const)('comes back with its data after a %s end', async (how) => {
    await database.run('CREATE TABLE IF NOT EXISTS t (n int); DELETE FROM t; INSERT INTO t VALUES (7)');
    await server.stop(how);
    await expect(database.run('SELECT n FROM t')).rejects.toThrow();
    await server.start();
    expect(String(await database.run('SELECT n FROM t'))).toBe('7');
    await server.restart(how);
    expect(String(await database.run('SELECT n FROM t'))).toBe('7');
  });
});
