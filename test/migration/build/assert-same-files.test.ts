import { expect, it } from 'vitest';
import type { Migration } from '../../../src/config/migration.ts';
import { assertUnchanged, differentNames } from '../../../src/migration/build/assert-same-files.ts';

it('names the first files that have changed, and how many more there are', async () => {
  const days = (folder: string) =>
    Array.from({ length: 3650 }, (_, day) => ({ set: 'logs', path: `${folder}/${day}.log.gz`, sha256: null }));
  const changes = differentNames(days('old'), days('new'));
  expect(changes.length).toBe(7300);
  const migration = { folder: '/work' } as Migration;
  const named = Array.from({ length: 10 }, (_, day) => `logs: old/${day}.log.gz is gone`).join('; ');
  await expect(assertUnchanged(changes, { migration }, { anyAttempt: async () => true })).rejects.toMatchObject({
    code: 'source.changed',
    message: `the input files are not those that this migration began with: ${named}; and 7,290 more`,
  });
});
