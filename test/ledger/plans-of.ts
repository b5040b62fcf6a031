import { join } from 'node:path';
import { vi } from 'vitest';
import { Database } from '../../src/domain/sqlite.ts';

/**
 * How SQLite goes about each statement that `work` has it run on the ledger of a folder (SQLite docs, "EXPLAIN QUERY
 * PLAN"): one text a statement, a line for each table that is walked (`SCAN`) or searched (`SEARCH`).
 */
export async function plansOf(folder: string, work: () => Promise<unknown>): Promise<string[]> {
  const prepared = vi.spyOn(Database.prototype, 'prepare');
  await work();
  const statements = prepared.mock.calls.map(([text]) => text);
  prepared.mockRestore();
  const db = new Database(join(folder, 'ledger.sqlite'), { readonly: true });
  try {
    return statements.map((text) => {
      const values = Array.from(text.matchAll(/\?/g), () => null);
      const steps = db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(values) as { detail: string }[];
      return steps.map(({ detail }) => detail).join('\n');
    });
  } finally {
    db.close();
  }
}
