import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach } from 'vitest';
import type { JobEvent } from '../../../src/domain/event.ts';
import type { ThreadJob } from '../../../src/migration/build/thread-job.ts';

/** A job that nobody opens. */
export const job: ThreadJob = {
  file: 'm.yaml',
  env: { A: 'b' },
  runtime: {},
  readyMadeFolder: '/',
  fingerprint: { identity: {}, content: {} },
};

/** For one test at a time: where its threads' program lies, and what they told. */
export interface ThreadFixture {
  readonly told: JobEvent[];
  /** The file that a program has made by `once(name)`. */
  mark(name: string): string;
  /**
   * A program for threads whose function `name` takes `parameters` and has this body. In it `once(name)` is true the first
   * time that any thread calls it.
   */
  write(name: string, parameters: string, body: string): URL;
  /** Closed after the test. */
  closing<T extends { close(): Promise<void> }>(threads: T): T;
}

/** Makes a folder before each test of a file, and removes it after. */
export function useThreads(): ThreadFixture {
  const told: JobEvent[] = [];
  let folder = '';
  let open: { close(): Promise<void> }[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'threads-'));
    told.length = 0;
  });
  afterEach(async () => {
    for (const threads of open) await threads.close();
    open = [];
    rmSync(folder, { recursive: true, force: true });
  });
  const mark = (name: string): string => join(folder, `mark-${name}`);
  return {
    told,
    mark,
    write(name, parameters, body) {
      const path = join(folder, 'program.mjs');
      writeFileSync(
        path,
        `import { existsSync, writeFileSync } from 'node:fs';
        import { once as happens } from 'node:events';
        import { threadId } from 'node:worker_threads';
        const once = (name) => {
          const mark = ${JSON.stringify(mark(''))} + name;
          if (existsSync(mark)) return false;
          writeFileSync(mark, '');
          return true;
        };
        export async function ${name}(${parameters}) { ${body} }
        export async function closeThread() {}`,
      );
      return pathToFileURL(path);
    },
    closing(threads) {
      open.push(threads);
      return threads;
    },
  };
}
