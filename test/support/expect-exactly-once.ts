import { expect } from 'vitest';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { expectAllPromises } from './expect-all-promises.ts';
import { readKeptHits, strayVisitors, visitsOf } from './kept-hits.ts';
import { expectedVisits, type LegacyRow } from './legacy-hits.ts';
import type { MigrationJob } from './migration-job.ts';
import { runProgram } from './start-program.ts';

/**
 * Proves from the files that the sandbox kept, not from anything the program says, that each row that is a hit arrived
 * once, in its visitor's order and in one group; then that `verify` says the same. `mayLoseRows`: the sandbox declared some
 * invalid, which it keeps all the same.
 */
export async function expectExactlyOnce(
  job: MigrationJob,
  rows: readonly LegacyRow[],
  sandbox: Pick<Sandbox, 'report'>,
  keep: string,
  { mayLoseRows = false }: { readonly mayLoseRows?: boolean } = {},
): Promise<void> {
  const hits = await readKeptHits(keep);
  expect(Object.fromEntries(visitsOf(hits))).toEqual(Object.fromEntries(expectedVisits(rows)));
  expect(strayVisitors(hits)).toEqual([]);
  const { breaches, invalidRows, duplicateRows } = sandbox.report();
  expect(breaches).toEqual([]);
  expect(duplicateRows).toBe(0);
  if (!mayLoseRows) expect(invalidRows).toBe(0);

  const { exitCode, stdout } = await runProgram(['verify', job.file, '--source', '--json'], job.env, job.through);
  const { promises, state, rows: counted } = JSON.parse(stdout);
  expect({ exitCode, state }).toEqual({ exitCode: 0, state: 'finished' });
  expectAllPromises(promises);
  expect(counted).toEqual({
    read: rows.length,
    hits: rows.filter(({ fate }) => fate === 'hit').length,
    rejected: rows.filter(({ fate }) => fate === 'rejected').length,
    filtered: rows.filter(({ fate }) => fate === 'filtered').length,
  });
}
