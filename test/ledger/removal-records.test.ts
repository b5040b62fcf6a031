import { beforeEach, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/open-ledger.ts';
import { freshLedger, receipt, sealed, startJob } from './ledger-fixture.ts';

let ledger: Ledger;
beforeEach(async (context) => {
  ({ ledger } = await freshLedger(context));
  await startJob(ledger);
  await ledger.sealSlice(sealed(0, 2));
});

const first = { group: 'a', slice: 0, part: 0 };
const second = { group: 'a', slice: 0, part: 1 };

it('marks a chunk that is uploaded, once and again, and no other with it', async () => {
  for (const id of [first, second]) await ledger.move(id, 'uploaded', receipt('lookup', 1));
  await ledger.markRemoved(first);
  await ledger.markRemoved(first);
  expect(await ledger.isMarkedRemoved(first)).toBe(true);
  expect(await ledger.isMarkedRemoved(second)).toBe(false);
  expect(await ledger.chunk(first)).toMatchObject({ state: 'uploaded', rows: 5 });
});

it('marks nothing that Adobe may still be sent, and nothing that it took in part', async () => {
  await expect(ledger.markRemoved(first)).rejects.toThrow('Chunk a/000000-0000 is not uploaded');
  await ledger.move(first, 'linted');
  const { id } = await ledger.beginAttempt(first, { host: 'h', clientId: 'c', startedAt: 1 });
  await expect(ledger.markRemoved(first)).rejects.toThrow('its file must stay');
  const partial = { ...receipt('answer', 2), invalidRows: 1 };
  await ledger.settleAttempt(first, id, { endedAt: 2, outcome: 'partial', state: 'partial', receipt: partial });
  await expect(ledger.markRemoved(first)).rejects.toThrow('its file must stay');
  await expect(ledger.markRemoved({ ...first, part: 9 })).rejects.toThrow('its file must stay');
  expect(await ledger.isMarkedRemoved(first)).toBe(false);
  expect(await ledger.isMarkedRemoved({ ...first, part: 9 })).toBe(false);
});
