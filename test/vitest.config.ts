import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * Rooms that only decide. Their tests share the modules they load, file after file, which takes half the time; none of
 * them may replace a module.
 */
export const pureRooms = ['adobe', 'config', 'csv', 'domain', 'lint', 'mapping'];
const pure = pureRooms.map((room) => `${room}/**/*.test.ts`);

// Process-level tests need the built program; the others never do.
export default defineConfig({
  test: {
    globalSetup: join(import.meta.dirname, 'support', 'servers', 'server-keeper.ts'),
    projects: [
      {
        test: {
          name: 'pure',
          root: import.meta.dirname,
          include: pure,
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'unit',
          root: import.meta.dirname,
          include: ['**/*.test.ts'],
          exclude: ['cli/**', 'scenarios/**', ...pure],
          testTimeout: 30_000,
          // What another process does, such as a server with a connection that has ended, takes as long as it likes.
          expect: { poll: { timeout: 10_000, interval: 20 } },
          // A database server may have to be installed first.
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'process',
          root: import.meta.dirname,
          include: ['cli/**/*.test.ts', 'scenarios/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
