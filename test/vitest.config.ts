import { defineConfig } from 'vitest/config';

// Process-level tests need the built program; the unit project never does.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          root: import.meta.dirname,
          include: ['**/*.test.ts'],
          exclude: ['cli/**', 'scenarios/**'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'process',
          root: import.meta.dirname,
          include: ['cli/**/*.test.ts', 'scenarios/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
