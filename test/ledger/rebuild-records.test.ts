import { beforeEach, expect, it } from 'vitest';
import type { ChunkId } from '../../src/domain/chunk.ts';
import type { Ledger } from '../../src/ledger/open-ledger.ts';
import { chunkFile, freshLedger, receipt, sealed, startJob } from './ledger-fixture.ts';

let ledger: Ledger;
beforeEach(async (context) => {
  ({ ledger } = await freshLedger(context));
  await startJob(ledger);
  for (const slice of [0, 1]) await ledger.sealSlice(sealed(slice, 3));
});

const at = (slice: number, part: number): ChunkId => ({ group: 'a', slice, part });
const again = (slice: number, part: number) => ({
  ...chunkFile('a', slice, part),
  path: 'chunks/a/again.csv.gz',
  rawSha256: 'other',
  key: `again-${slice}-${part}`,
});

async function send(id: ChunkId, to: 'uploaded' | 'rejected' | 'linted'): Promise<void> {
  await ledger.move(id, 'linted');
  const { id: attempt } = await ledger.beginAttempt(id, { host: 'h', clientId: 'c', startedAt: 1 });
  const said = to === 'linted' ? {} : { receipt: receipt('answer', 2) };
  await ledger.settleAttempt(id, attempt, { endedAt: 2, outcome: to, state: to, ...said });
}

async function accept(content: string): Promise<void> {
  await ledger.setJob({
    migrationId: 'acme',
    identity: { hash: 'i1', json: '{"streams":["hits"]}' },
    content: { hash: content, json: '{}' },
  });
}

const due = async () => (await ledger.chunksToRebuild()).map(({ slice, part }) => `${slice}-${part}`);

it('tells nothing to build again while the content that was rejected is the one in force', async () => {
  await send(at(0, 0), 'uploaded');
  await send(at(0, 1), 'rejected');
  expect(await due()).toEqual([]);
});

it('tells the rejected chunk and what waits behind it, but nothing that was attempted', async () => {
  await send(at(0, 0), 'uploaded');
  await send(at(0, 1), 'rejected');
  await send(at(1, 1), 'linted');
  await accept('c2');
  expect(await due()).toEqual(['0-1', '0-2', '1-0', '1-2']);
});

it('tells nothing of a chunk of which a look-up found something, until a person decides that it is nothing', async () => {
  await send(at(0, 0), 'rejected');
  await ledger.move(at(0, 1), 'sealed', receipt('lookup', 3));
  await ledger.move(at(1, 0), 'sealed', receipt('lookup', 3));
  await ledger.move(at(1, 0), 'sealed', receipt('person', 4));
  await accept('c2');
  expect(await due()).toEqual(['0-0', '0-2', '1-0', '1-1', '1-2']);
});

it('tells nothing in a lane without a rejected chunk', async () => {
  await send(at(0, 0), 'uploaded');
  await accept('c2');
  expect(await due()).toEqual([]);
});

it('tells what the gate refused, and what was never attempted in any lane, once a change is accepted', async () => {
  await send(at(0, 0), 'uploaded');
  await ledger.noteRefused((await ledger.chunk(at(0, 1)))!.key);
  expect(await due()).toEqual([]);
  await accept('c2');
  expect(await due()).toEqual(['0-1', '0-2', '1-0', '1-1', '1-2']);
  await ledger.replaceChunks([again(0, 1), again(0, 2), again(1, 0), again(1, 1), again(1, 2)], 'all');
  await accept('c3');
  expect(await due()).toEqual([]);
});

it('does not build again what the gate refused once and let pass later', async () => {
  await ledger.noteRefused((await ledger.chunk(at(0, 0)))!.key);
  await send(at(0, 0), 'uploaded');
  await accept('c2');
  expect(await due()).toEqual([]);
});

it('puts a new file in the place of the old, whose attempts and receipts stay, once for each content', async () => {
  await send(at(0, 0), 'rejected');
  await accept('c2');
  await ledger.replaceChunks([again(0, 0), again(0, 1)], 'both');
  expect(await ledger.next('a')).toMatchObject({ ...again(0, 0), state: 'sealed' });
  expect(await ledger.rejectedChunk('a')).toBeNull();
  expect((await ledger.notes()).map(({ kind, text }) => [kind, text])).toEqual([['built again', 'both']]);
  expect(await ledger.attempts(at(0, 0))).toHaveLength(1);
  expect(await ledger.receipts(at(0, 0))).toHaveLength(1);
  await send(at(0, 0), 'rejected');
  expect((await ledger.attempts(at(0, 0))).map(({ number }) => number)).toEqual([1, 2]);
  // Those of the content before wait behind it still.
  expect(await due()).toEqual([]);
  await accept('c3');
  expect(await due()).toEqual(['0-0', '0-1', '0-2', '1-0', '1-1', '1-2']);
});

it('tells the content that each chunk was built with', async () => {
  await send(at(0, 0), 'rejected');
  await accept('c2');
  expect([await ledger.contentOf(at(0, 0)), await ledger.contentOf(at(1, 2))]).toEqual([1, 1]);
  await ledger.replaceChunks([again(0, 0)], 'one');
  await ledger.sealSlice(sealed(2, 1));
  expect([
    await ledger.contentOf(at(0, 0)),
    await ledger.contentOf(at(0, 1)),
    await ledger.contentOf(at(2, 0)),
  ]).toEqual([2, 1, 2]);
  await expect(ledger.contentOf(at(2, 7))).rejects.toThrow('There is no chunk a/000002-0007');
});

it.each(['uploaded', 'sending', 'unknown'])('replaces nothing where one chunk is %s', async (state) => {
  await send(at(0, 0), 'rejected');
  if (state === 'uploaded') await send(at(0, 1), 'uploaded');
  else {
    await ledger.move(at(0, 1), 'linted');
    const { id } = await ledger.beginAttempt(at(0, 1), { host: 'h', clientId: 'c', startedAt: 1 });
    if (state === 'unknown')
      await ledger.settleAttempt(at(0, 1), id, { endedAt: 2, outcome: 'lost', state: 'unknown' });
  }
  await expect(ledger.replaceChunks([again(0, 0), again(0, 1)], 'both')).rejects.toThrow('by rebuild');
  expect(await ledger.chunk(at(0, 0))).toMatchObject({ key: 'key-0-0', state: 'rejected' });
  expect(await ledger.notes()).toEqual([]);
});

it('keeps which files were met damaged while their chunks wait to be sent, and takes only the same CSV in their place', async () => {
  const made = { rawSha256: 'raw', gzBytes: 444, gzSha256: 'other gz' };
  for (const key of ['key-0-0', 'key-0-1', 'key-0-1', 'no chunk']) await ledger.noteDamaged(key);
  expect(await ledger.damagedKeys()).toEqual(new Set(['key-0-0', 'key-0-1']));
  await ledger.restoreFile(at(0, 1), made);
  expect(await ledger.chunk(at(0, 1))).toMatchObject({ ...made, key: 'key-0-1', state: 'sealed' });
  await expect(ledger.restoreFile(at(0, 1), { ...made, rawSha256: 'other' })).rejects.toThrow('is another file');
  await send(at(0, 0), 'uploaded');
  expect(await ledger.damagedKeys()).toEqual(new Set(['key-0-1']));
  await expect(ledger.restoreFile(at(0, 0), made)).rejects.toThrow('may be with Adobe');
});
