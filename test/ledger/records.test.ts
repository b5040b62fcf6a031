import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import type { DeliveryLog } from '../../src/delivery/ports.ts';
import type { ChunkState } from '../../src/domain/chunk.ts';
import type { Receipt } from '../../src/domain/receipt.ts';
import { Database } from '../../src/domain/sqlite.ts';
import { eachChunk } from '../../src/ledger/each-chunk.ts';
import { type Ledger, openLedger } from '../../src/ledger/open-ledger.ts';
import { chunkFile, receipt, sealed, startJob } from './ledger-fixture.ts';

let folder: string;
let ledger: Ledger;
let time: number;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bdia-ledger-'));
  time = 1_700_000_000_000;
  ledger = await openLedger(folder, { now: () => time });
});
afterEach(async () => {
  await ledger.close();
  rmSync(folder, { recursive: true });
});

const first = { group: 'a', slice: 0, part: 0 };
const second = { group: 'a', slice: 0, part: 1 };
const host = 'https://adobe.example';
const sentBy = (clientId: string, startedAt = 1) => ({ host, clientId, startedAt });

describe('the job', () => {
  it('is stored, compared and kept with every content that was in force', async () => {
    const identity = { hash: 'i1', json: '{"a":1}' };
    await ledger.setJob({ migrationId: 'acme', identity, content: { hash: 'c1', json: '{"b":1}' } });
    await ledger.setJob({ migrationId: 'acme', identity, content: { hash: 'c1', json: '{"b":1}' } });
    time += 5;
    const content = { hash: 'c2', json: '{"b":2}' };
    await ledger.setJob({ migrationId: 'acme', identity, content });
    expect(await ledger.job()).toEqual({ migrationId: 'acme', identity, content });
    expect(await ledger.contents()).toEqual([
      { number: 1, hash: 'c1', json: '{"b":1}', acceptedAt: 1_700_000_000_000 },
      { number: 2, hash: 'c2', json: '{"b":2}', acceptedAt: 1_700_000_000_005 },
    ]);
    await expect(ledger.setJob({ migrationId: 'other', identity, content })).rejects.toThrow('the ledger of acme');
  });
});

describe('the plan', () => {
  it('is stored once', async () => {
    expect(await ledger.hasPlan()).toBe(false);
    expect(await ledger.plannedRows()).toBe(0);
    await startJob(ledger);
    expect(await ledger.hasPlan()).toBe(true);
    expect(await ledger.plannedRows()).toBe(60);
    expect(await ledger.slices()).toEqual([
      { index: 0, from: 0, to: 100, homeFrom: null, homeTo: 3700, plannedRows: 10 },
      { index: 1, from: 100, to: 200, homeFrom: 3700, homeTo: 3800, plannedRows: 20 },
      { index: 2, from: 200, to: 300, homeFrom: 3800, homeTo: null, plannedRows: 30 },
    ]);
    expect(Object.entries(await ledger.sourceRows())).toEqual([
      ['orders', 7],
      ['hits', 60],
    ]);
    expect(await ledger.files()).toEqual([
      { set: 'hits', path: 'a.csv', size: 10, modified: null, sha256: 'aa' },
      { set: 'hits', path: 'b.csv', size: 20, modified: null, sha256: 'bb' },
    ]);
    await expect(startJob(ledger)).rejects.toThrow('holds a plan already');
  });

  it('takes many slices at once, or none', async () => {
    const job = { migrationId: 'm', identity: { hash: 'i', json: '{}' }, content: { hash: 'c', json: '{}' } };
    await expect(ledger.storePlan({ slices: [], sourceRows: {}, files: [] })).rejects.toThrow('needs its job');
    await ledger.setJob(job);
    const slices = Array.from({ length: 2500 }, (_, index) => ({
      index,
      from: index,
      to: index + 1,
      homeFrom: index,
      homeTo: index + 1,
      plannedRows: 1,
    }));
    await expect(ledger.storePlan({ slices: slices.slice(1), sourceRows: {}, files: [] })).rejects.toThrow('from 0');
    expect(await ledger.hasPlan()).toBe(false);
    await ledger.storePlan({ slices, sourceRows: {}, files: [] });
    expect(await ledger.unsealedSlices()).toEqual(slices);
  });

  it('without slices means that the lanes have nothing to do', async () => {
    expect(await ledger.next('a')).toBe('waiting');
    await ledger.setJob({ migrationId: 'm', identity: { hash: 'i', json: '' }, content: { hash: 'c', json: '' } });
    expect(await ledger.next('a')).toBe('waiting');
    await ledger.storePlan({ slices: [], sourceRows: {}, files: [] });
    expect(await ledger.next('a')).toBe('done');
  });
});

describe('sealing', () => {
  beforeEach(() => startJob(ledger));

  it('puts the hits of a slice in the place of the rows that were planned', async () => {
    expect(await ledger.plannedHits()).toBe(60);
    await ledger.sealSlice(sealed(0, 1));
    await ledger.sealSlice(sealed(1, 0));
    expect(await ledger.plannedHits()).toBe(5 + 0 + 30);
    expect(await ledger.plannedRows()).toBe(60);
  });

  it('enters chunks, lanes, counts, tallies and rejects at once', async () => {
    await ledger.sealSlice(sealed(0, 2));
    expect((await ledger.unsealedSlices()).map(({ index }) => index)).toEqual([1, 2]);
    expect(await ledger.chunks()).toEqual([
      { ...chunkFile('a', 0, 0), key: 'key-0-0', state: 'sealed' },
      { ...chunkFile('a', 0, 1), key: 'key-0-1', state: 'sealed' },
    ]);
    expect(await ledger.chunk(second)).toEqual({ ...chunkFile('a', 0, 1), key: 'key-0-1', state: 'sealed' });
    expect(await ledger.chunk({ ...first, group: 'b' })).toBeNull();
    expect(await ledger.sealedContents()).toEqual(new Map([[0, 1]]));
    expect(await ledger.sliceCounts()).toEqual([
      { slice: 0, stream: 'hits', read: 13, hits: 10, rejected: 2, filtered: 1 },
    ]);
    expect(await ledger.rejectFiles()).toEqual([sealed(0, 2).rejects]);
    const { lanes, duplicateKeys } = await ledger.summary();
    expect(lanes.map(({ group, chunks, rows }) => [group, chunks, rows])).toEqual([
      ['a', 2, 10],
      ['b', 0, 0],
    ]);
    expect(await ledger.laneMismatches()).toEqual([]);
    expect(duplicateKeys).toBe(1);
  });

  it('refuses a slice that is sealed, was never planned, or does not add up, and enters nothing of it', async () => {
    await ledger.sealSlice(sealed(0, 1));
    const before = await ledger.summary();
    await expect(ledger.sealSlice(sealed(0, 1))).rejects.toThrow('sealed already');
    await expect(ledger.sealSlice(sealed(3, 1))).rejects.toThrow('not planned');
    await expect(ledger.sealSlice({ ...sealed(1, 1), groups: ['b'] })).rejects.toThrow('does not belong');
    await expect(ledger.sealSlice({ ...sealed(1, 2), chunks: sealed(1, 2).chunks.slice(1) })).rejects.toThrow();
    const broken = { ...sealed(1, 1), counts: [{ stream: 'hits', read: 9, hits: 5, rejected: 2, filtered: 1 }] };
    await expect(ledger.sealSlice(broken)).rejects.toThrow('CHECK');
    const twice = { ...sealed(1, 1), chunks: [{ ...chunkFile('a', 1, 0), key: 'key-0-0' }] };
    await expect(ledger.sealSlice(twice)).rejects.toThrow('UNIQUE');
    expect(await ledger.summary()).toEqual(before);
  });

  it('tells rows too late for any hit, as planned and as read', async () => {
    const [counts] = sealed(2, 1).counts;
    await ledger.sealSlice(sealed(1, 1));
    await ledger.sealSlice({ ...sealed(2, 1), counts: [{ ...counts!, beyond: 2 }] });
    expect(await ledger.beyondRead()).toEqual(new Map([['hits', 2]]));
    expect((await ledger.sliceCounts())[1]).toEqual({ ...counts, slice: 2 });
  });

  it('takes off rows without a known home that were read, beside those too late for any hit', async () => {
    const homes = [{ stream: 'hits', rows: [4, 5, 6], beyond: 3, unplaced: 9 }];
    const other = await openLedger(join(folder, 'other'));
    const job = { migrationId: 'm', identity: { hash: 'i', json: '{}' }, content: { hash: 'c', json: '{}' } };
    await other.setJob(job);
    await other.storePlan({ slices: await ledger.slices(), sourceRows: { hits: 24 }, homes, files: [] });
    expect(await other.plannedHomes()).toEqual(homes);
    const read = (rows: number, beyond: number) => [
      { stream: 'hits', read: rows, hits: 0, rejected: 0, filtered: rows, beyond },
    ];
    await other.sealSlice({ ...sealed(0, 0), counts: read(6, 0) });
    expect(await other.plannedHomes()).toEqual([{ ...homes[0], unplaced: 7 }]);
    await other.sealSlice({ ...sealed(2, 0), counts: read(104, 100) });
    expect(await other.plannedHomes()).toEqual([{ ...homes[0], unplaced: 6 }]);
    await other.close();
  });

  it('is summed up for reports', async () => {
    await ledger.sealSlice(sealed(0, 2));
    await ledger.sealSlice({ ...sealed(1, 1), rejects: null });
    await deliver(first, 'uploaded');
    expect(await ledger.summary()).toEqual({
      rows: { read: 21, hits: 15, rejected: 4, filtered: 2 },
      slices: { total: 3, sealed: 2 },
      chunks: { built: 3, sealed: 2, linted: 0, sending: 0, unknown: 0, uploaded: 1, partial: 0, rejected: 0 },
      lanes: [
        { group: 'a', chunks: 3, uploaded: 1, rows: 15, uploadedRows: 5, bytes: 900 },
        { group: 'b', chunks: 0, uploaded: 0, rows: 0, uploadedRows: 0, bytes: 0 },
      ],
      duplicateKeys: 2,
    });
    expect(await ledger.streamCounts()).toEqual([{ stream: 'hits', read: 21, hits: 15, rejected: 4, filtered: 2 }]);
    expect(await ledger.tallies()).toEqual([
      { stream: 'hits', outcome: 'cut', column: 'pageName', reason: 'over 100 bytes', count: 8 },
      { stream: 'hits', outcome: 'rejected', column: '', reason: 'time', count: 4 },
    ]);
  });

  it('tells the chunks of one slice or of all', async () => {
    await ledger.sealSlice(sealed(0, 2));
    await ledger.sealSlice(sealed(1, 1));
    const names = async (slice?: number) => (await ledger.chunks(slice)).map((chunk) => `${chunk.slice}-${chunk.part}`);
    expect(await names()).toEqual(['0-0', '0-1', '1-0']);
    expect(await names(1)).toEqual(['1-0']);
    expect(await names(2)).toEqual([]);
  });

  it('gives a lane page by page, in slice and part order', async () => {
    for (const [slice, parts] of [2, 1, 300].entries()) await ledger.sealSlice(sealed(slice, parts));
    const pages = async (last: { slice: number; part: number } | null, limit: number) =>
      (await ledger.chunksAfter('a', last, limit)).map(({ slice, part }) => `${slice}-${part}`);
    expect(await pages(null, 2)).toEqual(['0-0', '0-1']);
    expect(await pages({ slice: 0, part: 1 }, 2)).toEqual(['1-0', '2-0']);
    expect(await pages({ slice: 2, part: 299 }, 2)).toEqual([]);
    expect(await ledger.chunksAfter('b', null, 2)).toEqual([]);
    const whole = (await ledger.chunks()).map(({ slice, part }) => `${slice}-${part}`);
    expect(whole).toHaveLength(303);
    for (const size of [100, 303, 304]) {
      const names: string[] = [];
      for await (const { slice, part } of eachChunk(ledger, 'a', size)) names.push(`${slice}-${part}`);
      expect(names).toEqual(whole);
    }
  });
});

describe('a lane', () => {
  beforeEach(() => startJob(ledger));

  it('walks its chunks in slice and part order, and waits for what is not sealed', async () => {
    expect(await ledger.next('a')).toBe('waiting');
    await ledger.sealSlice(sealed(1, 1));
    expect(await ledger.next('a')).toBe('waiting');
    await ledger.sealSlice(sealed(0, 2));
    expect(await ledger.next('a')).toMatchObject({ slice: 0, part: 0 });
    await deliver(first, 'uploaded');
    expect(await ledger.next('a')).toMatchObject({ slice: 0, part: 1, state: 'sealed' });
    await deliver(second, 'partial');
    expect(await ledger.next('a')).toMatchObject({ slice: 1, part: 0 });
    await deliver({ group: 'a', slice: 1, part: 0 }, 'rejected');
    expect(await ledger.next('a')).toBe('waiting');
    expect(await ledger.next('b')).toBe('waiting');
    await ledger.sealSlice(sealed(2, 0));
    expect(await ledger.next('a')).toBe('done');
    expect(await ledger.next('b')).toBe('done');
  });

  it('is woken by the next seal, and by the signal', async () => {
    const never = new AbortController();
    const woken: string[] = [];
    const lanes = ['a', 'b'].map(async (group) => {
      while ((await ledger.next(group)) === 'waiting') await ledger.changed(never.signal);
      woken.push(group);
    });
    for (const slice of [0, 1, 2]) await ledger.sealSlice(sealed(slice, 0));
    await Promise.all(lanes);
    expect(woken.sort()).toEqual(['a', 'b']);

    const stop = new AbortController();
    const waiting = ledger.changed(stop.signal);
    stop.abort();
    await waiting;
    await ledger.changed(stop.signal);
  });
});

describe('attempts', () => {
  beforeEach(async () => {
    await startJob(ledger);
    await ledger.sealSlice(sealed(0, 3));
  });

  it('are counted per chunk, durable before the first byte and settled with receipt and losses', async () => {
    await ledger.move(first, 'linted');
    const one = await ledger.beginAttempt(first, sentBy('client', 10));
    expect(one).toEqual({ id: 1, number: 1, host, clientId: 'client', startedAt: 10, endedAt: null, outcome: null });
    expect(await ledger.next('a')).toMatchObject({ state: 'sending' });
    await ledger.settleAttempt(first, one.id, { endedAt: 20, outcome: 'refused', state: 'linted' });
    const two = await ledger.beginAttempt(first, sentBy('client', 30));
    expect(await ledger.lastStarts()).toEqual([{ group: first.group, at: 30, rows: expect.any(Number) }]);
    expect(two.number).toBe(2);
    await ledger.settleAttempt(first, two.id, {
      endedAt: 40,
      outcome: 'partial',
      state: 'partial',
      receipt: { ...receipt('answer', 40), invalidRows: 2 },
      lost: [
        { row: 3, count: 1, reason: 'timestamp' },
        { row: null, count: 1, reason: 'not named' },
      ],
    });
    expect(await ledger.attempts(first)).toEqual([
      { id: 1, number: 1, host, clientId: 'client', startedAt: 10, endedAt: 20, outcome: 'refused' },
      { id: 2, number: 2, host, clientId: 'client', startedAt: 30, endedAt: 40, outcome: 'partial' },
    ]);
    expect(await ledger.receipts(first)).toEqual([{ ...receipt('answer', 40), invalidRows: 2 }]);
    expect(await ledger.lost(first)).toEqual([
      { row: 3, count: 1, reason: 'timestamp' },
      { row: null, count: 1, reason: 'not named' },
    ]);
    expect(await ledger.lost(second)).toEqual([]);
    expect(await ledger.chunksWithLoss()).toEqual([first]);
    expect(await ledger.receipts(second)).toEqual([]);
    expect(await ledger.lostRows()).toBe(2);
  });

  it('name the chunks with lost rows in the order in which that was learned', async () => {
    await ledger.sealSlice(sealed(1, 1));
    const late = { group: 'a', slice: 1, part: 0 };
    for (const id of [late, first, second]) {
      await ledger.move(id, 'linted');
      const attempt = await ledger.beginAttempt(id, { host, clientId: 'client', startedAt: 1 });
      const lost = id === second ? [] : [1, 2].map((row) => ({ row, count: 1, reason: 'odd' }));
      const end = { endedAt: 2, outcome: 'taken', receipt: receipt('answer', 2), lost };
      await ledger.settleAttempt(id, attempt.id, { ...end, state: id === second ? 'uploaded' : 'partial' });
    }
    expect(await ledger.chunksWithLoss()).toEqual([late, first]);
  });

  it('tell where the newest one went, and which chunks went lately, each once', async () => {
    expect(await ledger.newestHost()).toBeNull();
    await ledger.move(first, 'linted');
    for (const [startedAt, outcome] of [
      [100, 'linted'],
      [200, 'uploaded'],
    ] as const) {
      const attempt = await ledger.beginAttempt(first, sentBy('client', startedAt));
      expect(await ledger.sentSince(0)).toEqual([]);
      const taken = outcome === 'uploaded' ? { receipt: receipt('answer', startedAt) } : {};
      await ledger.settleAttempt(first, attempt.id, { endedAt: startedAt + 1, outcome, state: outcome, ...taken });
    }
    await ledger.move(second, 'linted');
    await ledger.beginAttempt(second, { ...sentBy('client', 300), host: 'other.example' });
    expect(await ledger.sentSince(100)).toEqual([{ startedAt: 100, rows: 5 }]);
    expect(await ledger.sentSince(101)).toEqual([{ startedAt: 200, rows: 5 }]);
    expect(await ledger.sentSince(201)).toEqual([]);
    expect(await ledger.newestHost()).toBe('other.example');
  });

  it('of one chunk do not overlap, and nothing is changed by a refusal', async () => {
    await ledger.move(first, 'linted');
    const both = await Promise.allSettled([
      ledger.beginAttempt(first, sentBy('one')),
      ledger.beginAttempt(first, sentBy('two')),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await ledger.attempts(first)).toHaveLength(1);

    const end = { endedAt: 2, outcome: 'ok', state: 'uploaded' as const };
    await expect(ledger.settleAttempt(first, 1, end)).rejects.toThrow('without a receipt');
    await expect(ledger.settleAttempt(second, 1, { ...end, receipt: receipt('answer', 2) })).rejects.toThrow(
      'not open',
    );
    expect(await ledger.attempts(first)).toMatchObject([{ endedAt: null, outcome: null }]);
    await ledger.settleAttempt(first, 1, { ...end, receipt: receipt('answer', 2) });
    await expect(ledger.settleAttempt(first, 1, { ...end, receipt: receipt('answer', 2) })).rejects.toThrow('not open');
    expect(await ledger.receipts(first)).toHaveLength(1);
  });

  it('of a killed process are inherited as unknown and settled by a look-up', async () => {
    const lost = { endedAt: 2, outcome: 'unknown', state: 'unknown' as const };
    await ledger.move(first, 'linted');
    const one = await ledger.beginAttempt(first, sentBy('client'));
    await ledger.close();
    ledger = await openLedger(folder);
    expect(await ledger.next('a')).toMatchObject({ state: 'sending' });
    await ledger.settleAttempt(first, one.id, lost);
    await ledger.move(first, 'linted', receipt('lookup', 5));
    const two = await ledger.beginAttempt(first, sentBy('client'));
    expect(two.number).toBe(2);
    await ledger.settleAttempt(first, two.id, lost);
    await ledger.move(first, 'uploaded', receipt('lookup', 9));
    expect(await ledger.chunk(first)).toMatchObject({ state: 'uploaded' });
  });

  const decisions: [ChunkState, ChunkState, Receipt | undefined][] = [
    ['sealed', 'linted', undefined],
    ['sealed', 'uploaded', receipt('lookup', 1)],
    ['linted', 'uploaded', receipt('lookup', 1)],
    ['unknown', 'linted', receipt('person', 1)],
    ['unknown', 'uploaded', receipt('person', 1)],
    ['rejected', 'linted', receipt('person', 1)],
    ['rejected', 'uploaded', receipt('person', 1)],
    // What a look-up found, for a person to decide, leaves it where it is.
    ['sealed', 'sealed', receipt('lookup', 1)],
    ['linted', 'linted', receipt('lookup', 1)],
    ['unknown', 'unknown', receipt('lookup', 1)],
  ];
  const states: ChunkState[] = ['sealed', 'linted', 'sending', 'unknown', 'uploaded', 'partial', 'rejected'];
  it.each(states)('and moves without one: from %s only where it is legal', async (from) => {
    for (const to of states) {
      edit(`UPDATE chunks SET state = '${from}'`);
      const legal = decisions.find((move) => move[0] === from && move[1] === to);
      if (legal !== undefined) await ledger.move(first, to, legal[2]);
      else
        await expect(ledger.move(first, to, receipt('person', 1)), `${from} to ${to}`).rejects.toThrow(
          `cannot go from ${from} to ${to}`,
        );
    }
  });

  it('and what was never sent has no answer', async () => {
    await expect(ledger.move(first, 'uploaded', receipt('answer', 1))).rejects.toThrow('source answer');
    await expect(ledger.move(first, 'uploaded')).rejects.toThrow('without a receipt');
    await expect(ledger.move({ ...first, part: 9 }, 'linted')).rejects.toThrow('no chunk a/000000-0009');
    await expect(ledger.beginAttempt(first, sentBy('client'))).rejects.toThrow('cannot go from sealed to sending');
  });
});

describe('control keys', () => {
  beforeEach(async () => {
    await startJob(ledger);
    await ledger.sealSlice(sealed(0, 3));
  });

  it('are the last that this client sent to this host and Adobe itself said it has', async () => {
    expect(await ledger.controlKey(host, 'one')).toBeNull();
    await deliver(first, 'uploaded', 'one');
    expect(await ledger.controlKey(host, 'one')).toBe('key-0-0');
    expect(await ledger.controlKey(host, 'two')).toBeNull();
    expect(await ledger.controlKey('https://elsewhere.example', 'one')).toBeNull();
    await deliver(second, 'partial', 'one');
    expect(await ledger.controlKey(host, 'one')).toBe('key-0-1');
    await deliver({ ...first, part: 2 }, 'rejected', 'one');
    expect(await ledger.controlKey(host, 'one')).toBe('key-0-1');
  });

  it('are adopted ones where this client has sent none itself, whoever asks', async () => {
    await ledger.move(first, 'uploaded', receipt('lookup', 1));
    await ledger.move(second, 'uploaded', receipt('lookup', 2));
    expect(await ledger.controlKey(host, 'one')).toBe('key-0-1');
    expect(await ledger.controlKey(host, 'two')).toBe('key-0-1');
    expect(await ledger.anyUploaded(host, 'one')).toBe(true);
    await deliver({ ...first, part: 2 }, 'uploaded', 'one');
    expect(await ledger.controlKey(host, 'one')).toBe('key-0-2');
    expect(await ledger.controlKey(host, 'two')).toBe('key-0-1');
  });

  it('are no chunks that a person said were there without an attempt', async () => {
    await ledger.move(first, 'uploaded', receipt('person', 1));
    expect(await ledger.controlKey(host, 'one')).toBeNull();
    expect(await ledger.anyUploaded(host, 'one')).toBe(false);
  });

  it('are not what a person decided, nor what another client sent again', async () => {
    await ledger.move(first, 'linted');
    const attempt = await ledger.beginAttempt(first, sentBy('one'));
    const end = { endedAt: 2, outcome: 'no answer', state: 'unknown' as const };
    await ledger.settleAttempt(first, attempt.id, end);
    await ledger.move(first, 'uploaded', receipt('person', 3));
    expect(await ledger.controlKey(host, 'one')).toBeNull();

    await ledger.move(second, 'linted');
    const lost = await ledger.beginAttempt(second, sentBy('one'));
    await ledger.settleAttempt(second, lost.id, { endedAt: 2, outcome: 'refused', state: 'linted' });
    const again = await ledger.beginAttempt(second, sentBy('two'));
    await ledger.settleAttempt(second, again.id, {
      endedAt: 3,
      outcome: 'uploaded',
      state: 'uploaded',
      receipt: receipt('answer', 3),
    });
    expect(await ledger.controlKey(host, 'one')).toBeNull();
    expect(await ledger.controlKey(host, 'two')).toBe('key-0-1');
  });
});

describe('hosts that took chunks', () => {
  const third = { ...first, part: 2 };
  const elsewhere = 'https://elsewhere.example';
  beforeEach(async () => {
    await startJob(ledger);
    await ledger.sealSlice(sealed(0, 4));
  });

  it('are told with what each took, and the last of them', async () => {
    expect([await ledger.lastTaker(), await ledger.takenByHost()]).toEqual([null, new Map()]);
    await deliver(first, 'uploaded', 'one');
    await deliver(second, 'partial', 'two');
    expect([await ledger.lastTaker(), await ledger.takenByHost()]).toEqual([host, new Map([[host, 2]])]);
    await deliver(third, 'uploaded', 'one', elsewhere);
    expect(await ledger.lastTaker()).toBe(elsewhere);
    expect(await ledger.takenByHost()).toEqual(
      new Map([
        [host, 2],
        [elsewhere, 1],
      ]),
    );
  });

  it('are none that refused a chunk, or of which nobody knows yet', async () => {
    await deliver(first, 'uploaded', 'one');
    await deliver(second, 'rejected', 'one', elsewhere);
    await ledger.move(third, 'linted');
    const attempt = await ledger.beginAttempt(third, { host: elsewhere, clientId: 'one', startedAt: 1 });
    expect([await ledger.lastTaker(), await ledger.takenByHost()]).toEqual([host, new Map([[host, 1]])]);
    await ledger.settleAttempt(third, attempt.id, { endedAt: 2, outcome: 'no answer', state: 'unknown' });
    expect(await ledger.lastTaker()).toBe(host);
    await ledger.move(third, 'uploaded', receipt('person', 3));
    expect(await ledger.lastTaker()).toBe(elsewhere);
  });

  it('are those of the last attempt, where a chunk had more', async () => {
    await ledger.move(first, 'linted');
    const refused = await ledger.beginAttempt(first, { host: elsewhere, clientId: 'one', startedAt: 1 });
    await ledger.settleAttempt(first, refused.id, { endedAt: 2, outcome: 'refused', state: 'linted' });
    const taken = await ledger.beginAttempt(first, sentBy('one', 3));
    await ledger.settleAttempt(first, taken.id, {
      endedAt: 4,
      outcome: 'uploaded',
      state: 'uploaded',
      receipt: receipt('answer', 4),
    });
    expect([await ledger.lastTaker(), await ledger.takenByHost()]).toEqual([host, new Map([[host, 1]])]);
  });

  it('are not known of what was adopted', async () => {
    await ledger.move(first, 'uploaded', receipt('lookup', 1));
    expect([await ledger.lastTaker(), await ledger.takenByHost()]).toEqual([null, new Map()]);
  });
});

describe('fates', () => {
  it('tell whether anything is with Adobe, and what was rejected first', async () => {
    await startJob(ledger);
    await ledger.sealSlice(sealed(0, 3));
    expect(await ledger.anyUploaded(host, 'one')).toBe(false);
    expect(await ledger.rejectedChunk('a')).toBeNull();
    await deliver({ ...first, part: 2 }, 'rejected', 'one');
    await deliver(second, 'rejected', 'one');
    expect(await ledger.anyUploaded(host, 'one')).toBe(false);
    expect(await ledger.rejectedChunk('a')).toMatchObject({ ...second, state: 'rejected' });
    expect(await ledger.rejectedChunk('b')).toBeNull();
    await deliver(first, 'partial', 'one');
    expect(await ledger.anyUploaded(host, 'one')).toBe(true);
    expect(await ledger.anyUploaded(host, 'two')).toBe(false);
    expect(await ledger.anyUploaded('https://elsewhere.example', 'one')).toBe(false);
  });
});

describe('gate and pace', () => {
  it('remember passes by what they hold for', async () => {
    await startJob(ledger);
    await ledger.sealSlice(sealed(0, 1));
    const scope = { fingerprint: 'f', host, clientId: 'c', suites: 'acmeprod' };
    await ledger.passGate(scope, { ...first, stream: 'hits', at: 5 });
    await ledger.passGate(scope, { ...first, stream: 'hits', at: 6 });
    expect(await ledger.gatePasses(scope)).toEqual(new Set(['hits']));
    expect(await ledger.gatePasses({ ...scope, fingerprint: 'g' })).toEqual(new Set());
    expect(await ledger.gatePasses({ ...scope, suites: 'acmedev' })).toEqual(new Set());
  });

  it('keep the last request of each client id', async () => {
    expect(await ledger.lastRequestAt('one')).toBeNull();
    await ledger.noteRequest('one', 1_700_000_000_100);
    await ledger.noteRequest('one', 1_700_000_000_050);
    await ledger.noteRequest('two', 7);
    expect(await ledger.lastRequestAt('one')).toBe(1_700_000_000_100);
    expect(await ledger.lastRequestAt('two')).toBe(7);
  });
});

it('fits what delivery asks of its log', () => {
  expectTypeOf<Ledger>().toExtend<DeliveryLog>();
});

async function deliver(
  id: typeof first,
  to: 'uploaded' | 'partial' | 'rejected',
  clientId = 'client',
  at = host,
): Promise<void> {
  await ledger.move(id, 'linted');
  const attempt = await ledger.beginAttempt(id, { ...sentBy(clientId), host: at });
  await ledger.settleAttempt(id, attempt.id, { endedAt: 2, outcome: to, state: to, receipt: receipt('answer', 2) });
}

function edit(sql: string): void {
  const db = new Database(join(folder, 'ledger.sqlite'));
  db.exec(sql);
  db.close();
}
