import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Database } from '../../src/domain/sqlite.ts';
import type { MigrationJob } from './migration-job.ts';
import { runProgram } from './start-program.ts';

/**
 * Proves of a finished migration with `disk.keep: undelivered` that the next run leaves the files of those chunks, and of
 * no others, whose rows Adobe has not all confirmed; and that all sidecars are there.
 */
export async function expectDeliveredRemoved(job: MigrationJob): Promise<void> {
  const { exitCode, stderr } = await runProgram(['run', job.file], job.env);
  expect(exitCode, stderr).toBe(0);
  const db = new Database(join(job.folder, 'ledger.sqlite'), { readonly: true });
  const chunks = db
    .prepare(
      `SELECT path, sidecar, state, lane || '/' || printf('%06d-%04d', slice, part) AS name,
        (SELECT source = 'answer' OR invalid_rows IS NOT NULL FROM receipts AS r
         WHERE r.lane = c.lane AND r.slice = c.slice AND r.part = c.part ORDER BY id DESC LIMIT 1) AS told
      FROM chunks AS c`,
    )
    .all() as { path: string; sidecar: string; state: string; name: string; told: 0 | 1 | null }[];
  db.close();
  const files = listFiles(job.folder, 'chunks');
  const delivered = new Set(
    chunks.filter(({ state, told }) => state === 'uploaded' && told === 1).map(({ name }) => name),
  );
  expect(delivered.size).toBeGreaterThan(0);
  expect(files.filter((path) => delivered.has(path.slice('chunks/'.length).replace(/\..*$/, '')))).toEqual([]);
  const others = chunks.filter(({ name }) => !delivered.has(name));
  expect(files).toEqual(expect.arrayContaining(others.map(({ path }) => path)));
  expect(listFiles(job.folder, 'sidecars')).toEqual(expect.arrayContaining(chunks.map(({ sidecar }) => sidecar)));
}

function listFiles(folder: string, kind: string): string[] {
  return readdirSync(join(folder, kind)).flatMap((lane) =>
    readdirSync(join(folder, kind, lane)).map((name) => `${kind}/${lane}/${name}`),
  );
}
