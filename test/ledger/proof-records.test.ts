import { beforeEach, expect, it, vi } from 'vitest';
import { eachDelivered } from '../../src/ledger/each-chunk.ts';
import { type Ledger, openLedger } from '../../src/ledger/open-ledger.ts';
import { freshLedger, receipt, sealed, startJob } from './ledger-fixture.ts';
import { plansOf } from './plans-of.ts';

let folder: string;
let ledger: Ledger;
beforeEach(async (context) => {
  ({ folder, ledger } = await freshLedger(context));
  await startJob(ledger);
  await ledger.sealSlice({ ...sealed(1, 0), rejects: null });
  await ledger.sealSlice(sealed(0, 2));
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
  expect(await ledger.deliveredAfter('a', null, 9)).toEqual([]);
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
  const rows = { rows: 5, receiptRows: 5, receiptSize: receipt('answer', 2).size };
  expect(await ledger.deliveredAfter('a', null, 9)).toEqual([
    { ...first, ...rows, state: 'partial', invalidRows: 3, source: 'answer', outcome: 'partial', lostRows: 3 },
    { ...second, ...rows, state: 'uploaded', invalidRows: null, source: 'lookup', outcome: null, lostRows: 0 },
  ]);
  expect(await ledger.undeliveredBytes(['a', 'b'])).toBe(0);
  expect(await ledger.undeliveredBytes([])).toBe(0);
});

it('reads the delivered chunks of a lane a page at a time, so that commits come between', async () => {
  await ledger.sealSlice(sealed(2, 3));
  for (const [slice, part] of [
    [0, 0],
    [2, 0],
    [2, 1],
    [2, 2],
  ] as const)
    await ledger.move({ group: 'a', slice, part }, 'uploaded', receipt('lookup', 1));
  const reader = await openLedger(folder, { readOnly: true });
  const deliveredAfter = vi.fn(reader.deliveredAfter);
  const found: string[] = [];
  for await (const { slice, part } of eachDelivered({ deliveredAfter }, 'a', 2)) {
    found.push(`${slice}-${part}`);
    await ledger.note('between', 'a commit');
  }
  await reader.close();
  expect(found).toEqual(['0-0', '2-0', '2-1', '2-2']);
  expect(deliveredAfter).toHaveBeenCalledTimes(3);
});

it('walks no table that grows with the chunks, but those asked for', async () => {
  const plan = async (work: () => Promise<unknown>): Promise<string> => (await plansOf(folder, work)).join('\n');
  const undelivered = await plan(() => ledger.undeliveredBytes(['a', 'b']));
  expect(undelivered).toContain('USING INDEX chunks_open (lane=?)');
  const delivered = await plan(() => ledger.deliveredAfter('a', { slice: 0, part: 0 }, 500));
  expect(delivered).toContain('SEARCH c USING PRIMARY KEY (lane=? AND (slice,part)>(?,?))');
  const planned = await plan(() => ledger.plannedHits());
  expect(planned).toMatch(/SCAN|SEARCH/);
  for (const text of [undelivered, delivered, planned]) expect(text).not.toMatch(/SCAN (chunks|c|lanes|receipts|r)\b/);
});
