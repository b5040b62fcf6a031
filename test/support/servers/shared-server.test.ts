import { beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseServer } from './database-server.ts';
import { sharedServer } from './shared-server.ts';

describe.each(['postgres', 'mysql'] as const)('the shared server of %s', (engine) => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await sharedServer(engine);
  });

  it('gives fresh databases that know nothing of each other', async () => {
    const [one, two] = [await server.freshDatabase(), await server.freshDatabase()];
    try {
      await one.run('CREATE TABLE t (n bigint); INSERT INTO t VALUES (9007199254740993)');
      expect(await one.run('SELECT n FROM t')).toEqual([['9007199254740993']]);
      await expect(two.run('SELECT n FROM t')).rejects.toThrow(/exist/);
    } finally {
      await one.remove();
      await two.remove();
    }
    await expect(one.run('SELECT 1')).rejects.toThrow(/nknown database|does not exist/);
  });
});
