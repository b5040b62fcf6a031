import { beforeEach, describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/open-ledger.ts';
import { freshLedger, receipt, sealed, startJob } from './ledger-fixture.ts';

let ledger: Ledger;
beforeEach(async (context) => {
  ({ ledger } = await freshLedger(context));
  await startJob(ledger);
  for (const slice of [0, 1, 2]) await ledger.sealSlice(sealed(slice, 2));
});

/** Accepts a change; the number of slices that its note tells of. */
const unseal = async () => {
  await ledger.acceptChange((await ledger.job())!, 'columns');
  const { kind, text } = (await ledger.notes()).at(-1)!;
  expect(kind).toBe('accepted change');
  return Number(/^columns; (\d+) sealed slices are built again$/.exec(text)?.[1]);
};

const sealedNow = async () => [...(await ledger.sealedContents()).keys()];

it('takes back every slice while nothing was attempted, those that passed the gate too', async () => {
  const shown = { group: 'a', slice: 0, part: 0 };
  const scope = { fingerprint: 'f', host: 'h', clientId: 'c', suites: 's' };
  await ledger.move(shown, 'linted');
  await ledger.passGate(scope, { ...shown, stream: 'hits', at: 1 });
  expect(await ledger.anyAttempt()).toBe(false);
  expect(await unseal()).toBe(3);
  expect(await sealedNow()).toEqual([]);
  expect(await ledger.chunks()).toEqual([]);
  expect(await ledger.gatePasses(scope)).toEqual(new Set());
  expect((await ledger.summary()).rows).toEqual({ read: 0, hits: 0, rejected: 0, filtered: 0 });
  await ledger.sealSlice(sealed(0, 1));
  expect(await ledger.next('a')).toMatchObject({ ...shown, state: 'sealed' });
});

it('keeps all up to the last slice that was attempted, however that ended', async () => {
  const sent = { group: 'a', slice: 1, part: 1 };
  await ledger.move(sent, 'linted');
  const attempt = await ledger.beginAttempt(sent, { host: 'h', clientId: 'c', startedAt: 1 });
  await ledger.settleAttempt(sent, attempt.id, { endedAt: 2, outcome: 'refused', state: 'linted' });
  expect(await ledger.anyAttempt()).toBe(true);
  expect(await unseal()).toBe(1);
  expect(await sealedNow()).toEqual([0, 1]);
  expect(await unseal()).toBe(0);
});

describe('the key that a lane would have sent next', () => {
  const begin = async (slice: number) => {
    const id = { group: 'a', slice, part: 0 };
    await ledger.move(id, 'linted');
    await ledger.beginAttempt(id, { host: 'h', clientId: 'c', startedAt: 1 });
  };

  it('is kept for each time that its slices are unsealed, until something of the lane goes from there on', async () => {
    await begin(0);
    expect(await ledger.formerKeys('a')).toEqual([]);
    await unseal();
    // One lane has no chunk at all.
    expect([await ledger.formerKeys('a'), await ledger.formerKeys('b')]).toEqual([['key-1-0'], []]);
    const again = (key: string) => {
      const made = sealed(1, 1);
      return { ...made, chunks: made.chunks.map((chunk) => ({ ...chunk, key })) };
    };
    await ledger.sealSlice(again('other-1-0'));
    await unseal();
    await ledger.sealSlice(again('third-1-0'));
    expect(await ledger.formerKeys('a')).toEqual(['key-1-0', 'other-1-0']);
    await begin(1);
    expect(await ledger.formerKeys('a')).toEqual([]);
  });

  it('is kept although its slice has no chunk in the lane any more', async () => {
    await begin(0);
    await unseal();
    await ledger.sealSlice(sealed(1, 0));
    await ledger.sealSlice(sealed(2, 1));
    expect(await ledger.formerKeys('a')).toEqual(['key-1-0']);
    await ledger.move({ group: 'a', slice: 2, part: 0 }, 'uploaded', receipt('lookup', 1));
    expect(await ledger.formerKeys('a')).toEqual([]);
  });
});

it('keeps what a look-up or a person told of, although it stays where it was', async () => {
  await ledger.move({ group: 'a', slice: 0, part: 1 }, 'sealed', receipt('lookup', 1));
  await ledger.move({ group: 'a', slice: 0, part: 1 }, 'sealed', receipt('person', 2));
  expect(await ledger.anyAttempt()).toBe(true);
  expect(await unseal()).toBe(2);
  expect(await sealedNow()).toEqual([0]);
});

it('keeps what was taken over from Adobe', async () => {
  await ledger.move({ group: 'a', slice: 0, part: 0 }, 'uploaded', receipt('lookup', 1));
  expect(await ledger.anyAttempt()).toBe(true);
  expect(await unseal()).toBe(2);
  expect(await sealedNow()).toEqual([0]);
});
