import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Ledger, openLedger } from '../../src/ledger/open-ledger.ts';
import { receipt, sealed, startJob } from './ledger-fixture.ts';

let folder: string;
let ledger: Ledger;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bdia-ledger-'));
  ledger = await openLedger(folder);
  await startJob(ledger);
  await ledger.sealSlice({ ...sealed(1, 0), rejects: null });
  await ledger.sealSlice(sealed(0, 2));
});
afterEach(async () => {
  await ledger.close();
  rmSync(folder, { recursive: true });
});

it('tells counts per slice and stream, and the files of rejects that there are', async () => {
  expect(await ledger.sliceCounts()).toEqual([
    { slice: 0, stream: 'hits', read: 13, hits: 10, rejected: 2, filtered: 1 },
    { slice: 1, stream: 'hits', read: 3, hits: 0, rejected: 2, filtered: 1 },
  ]);
  expect(await ledger.rejectFiles()).toMatchObject([{ path: 'rejects/000000.jsonl.gz', rows: 2 }]);
});

it('sets each delivered chunk against its last receipt and its losses', async () => {
  const [first, second] = [0, 1].map((part) => ({ group: 'a', slice: 0, part }));
  expect(await ledger.deliveredRows()).toEqual([]);
  expect(await ledger.undeliveredBytes(['a', 'b'])).toBe(600);
  await ledger.move(second!, 'uploaded', { ...receipt('lookup', 1), invalidRows: null });
  await ledger.move(first!, 'linted');
  const attempt = await ledger.beginAttempt(first!, { host: 'h', clientId: 'c', startedAt: 1 });
  await ledger.settleAttempt(first!, attempt.id, {
    endedAt: 2,
    outcome: 'partial',
    state: 'partial',
    receipt: { ...receipt('answer', 2), rows: 5, invalidRows: 3 },
    lost: [
      { row: 2, count: 1, reason: 'timestamp' },
      { row: null, count: 2, reason: 'not named' },
    ],
  });
  expect(await ledger.deliveredRows()).toEqual([
    { ...first, rows: 5, receiptRows: 5, invalidRows: 3, source: 'answer', lostRows: 3 },
    { ...second, rows: 5, receiptRows: 5, invalidRows: null, source: 'lookup', lostRows: 0 },
  ]);
  expect(await ledger.undeliveredBytes(['a', 'b'])).toBe(0);
  expect(await ledger.undeliveredBytes([])).toBe(0);
});
