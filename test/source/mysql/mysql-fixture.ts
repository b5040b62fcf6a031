import { afterAll, afterEach, beforeAll } from 'vitest';
import type { ServerSource } from '../../../src/config/migration.ts';
import { openMysql } from '../../../src/source/mysql/open-mysql.ts';
import type { Source } from '../../../src/source/source.ts';
import type { TestDatabase } from '../../support/servers/database-server.ts';
import { serverSource } from '../../support/servers/server-source.ts';
import { sharedServer } from '../../support/servers/shared-server.ts';

/** A database that a test file has for itself; what is opened in a test is closed after it. */
export interface MysqlFixture {
  readonly database: () => TestDatabase;
  open(changes?: Partial<ServerSource>): Promise<Source>;
}

export function useMysql(): MysqlFixture {
  let database: TestDatabase;
  const opened: Source[] = [];
  beforeAll(async () => {
    database = await (await sharedServer('mysql')).freshDatabase();
  });
  afterEach(async () => {
    for (const source of opened.splice(0)) await source.close();
  });
  afterAll(() => database.remove());
  return {
    database: () => database,
    open: async (changes) => {
      const source = await openMysql(serverSource(database, changes));
      opened.push(source);
      return source;
    },
  };
}
