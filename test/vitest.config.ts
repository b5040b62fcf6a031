import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Process-level tests need the built program; the unit project never does.
export default defineConfig({
  test: {
    globalSetup: join(import.meta.dirname, 'support', 'servers', 'server-keeper.ts'),
    projects: [
      {
        test: {
          name: 'unit',
          root: import.meta.dirname,
          include: ['**/*.test.ts'],
          exclude: ['cli/**', 'scenarios/**'],
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
