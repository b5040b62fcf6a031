import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client, ValidateAnswer } from '../../../src/delivery/client.ts';
import type { Chunk } from '../../../src/domain/chunk.ts';
import { type Clock, systemClock } from '../../../src/domain/clock.ts';
import type { JobEvent } from '../../../src/domain/event.ts';
import { type Ledger, openLedger } from '../../../src/ledger/open-ledger.ts';
import { contextOf } from '../../../src/migration/context.ts';
import { createGate, type Gate } from '../../../src/migration/deliver/gate.ts';
import type { Job } from '../../../src/migration/job/job.ts';
import { openJob } from '../../../src/migration/job/open-job.ts';
import { build } from '../../../src/migration/run.ts';
import { type FixtureFolder, offline, sqliteFolder } from '../job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const rowsFrom = (hour: number) =>
  Array.from({ length: 8 }, (_, id) => {
    const at = begin + (hour + (id >> 1)) * 3600;
    return { id, at, hit: at, visitor: `v${id % 2}` };
  });

let fixture: FixtureFolder;
let job: Job;
let ledger: Ledger;
let chunks: readonly Chunk[];
let asked: string[];
let waits: string[];
let answered: Promise<void>;

beforeEach(async () => {
  // Stream `late` begins in a later slice than `early`.
  const streams = [
    { name: 'early', window: 'type: s', rows: rowsFrom(0) },
    { name: 'late', window: 'type: s', rows: rowsFrom(2) },
  ];
  fixture = sqliteFolder(streams, { range: '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }', slices: 4, groups: 1 });
  await build(fixture.file, offline);
  job = await openJob(fixture.file, contextOf(offline));
  ledger = await openLedger(job.migration.folder);
  chunks = await ledger.chunks();
  asked = [];
  waits = [];
  answered = Promise.resolve();
});
afterEach(async () => {
  await ledger.close();
  await job.close();
  fixture.remove();
});

const valid: ValidateAnswer = { kind: 'valid' } as ValidateAnswer;

/** A gate whose endpoint answers this, or these one after another, after a turn of the event loop; waits take no time. */
function gateOf(answers: ValidateAnswer | ValidateAnswer[] = valid, host = 'adobe.example'): Gate {
  const script = [answers].flat();
  const client = {
    host,
    clientId: 'acme',
    validate: async ({ slice }: Chunk) => {
      asked.push(`${slice}`);
      await new Promise((resolve) => setImmediate(resolve));
      await answered;
      return script.length > 1 ? script.shift() : script[0];
    },
  } as unknown as Client;
  let nowMs = 0;
  const sleep: Clock['sleep'] = async (ms, signal) => {
    signal?.throwIfAborted();
    nowMs += ms;
  };
  const clock = { ...systemClock, monotonic: () => nowMs, sleep };
  const onEvent = (event: JobEvent): void => {
    if (event.type === 'lane') waits.push(event.waits);
  };
  return createGate({ job, ledger, client, clock, onEvent, random: () => 0.5 });
}

describe('the gate', () => {
  it('asks about the first chunk, and about the first in which a stream appears', async () => {
    const gate = gateOf();
    for (const chunk of chunks) await gate.pass(chunk);
    expect(chunks.map(({ streams }) => Object.keys(streams).sort().join())).toEqual([
      'early',
      'early,late',
      'early,late',
      'late',
    ]);
    expect(asked).toEqual(['0', '1']);
  });

  it('asks once when lanes come side by side, and not again after a restart', async () => {
    const gate = gateOf();
    await Promise.all([chunks[0]!, chunks[0]!, chunks[0]!].map((chunk) => gate.pass(chunk)));
    expect(asked).toEqual(['0']);
    await gateOf().pass(chunks[0]!);
    expect(asked).toEqual(['0']);
    await gateOf(valid, 'other.example').pass(chunks[0]!);
    expect(asked).toEqual(['0', '0']);
    await gateOf().pass(chunks[0]!, { ask: true });
    expect(asked).toEqual(['0', '0', '0']);
  });

  it.each([
    ['invalid', 'gate.rejected', 1],
    // Half a second, then twice that and so on, up to two and a half minutes, for an hour.
    ['unanswered', 'gate.unanswered', 33],
  ] as const)('takes %s for no pass', async (kind, code, calls) => {
    const gate = gateOf({ kind, reason: 'the reason' } as ValidateAnswer);
    await expect(gate.pass(chunks[0]!)).rejects.toMatchObject({ code, message: expect.stringContaining('the reason') });
    expect(asked.length).toBe(calls);
    await gateOf().pass(chunks[0]!);
    expect(asked.length).toBe(calls + 1);
  });

  it.each([
    ['disk.failed', 'EIO', 'cannot be read: EIO', 'look after the disk'],
    ['chunk.damaged', 'the file is gone', 'cannot be sent: the file is gone', 'put the file back'],
  ] as const)('does not ask again where the file could not be sent there: %s', async (code, reason, words, cure) => {
    const pass = gateOf({ kind: 'no file', code, reason }).pass(chunks[0]!);
    const message = expect.stringContaining(words);
    await expect(pass).rejects.toMatchObject({ code, message, next: expect.stringContaining(cure) });
    expect(asked).toEqual(['0']);
  });

  it('stops nobody else for a file that was damaged on its way there', async () => {
    const gate = gateOf([{ kind: 'no file', code: 'chunk.damaged', reason: 'the file is gone' }, valid]);
    const [damaged, other] = await Promise.allSettled([chunks[0]!, chunks[1]!].map((chunk) => gate.pass(chunk)));
    expect([damaged!.status, other!.status]).toEqual(['rejected', 'fulfilled']);
    expect([...(await ledger.damagedKeys())]).toEqual([chunks[0]!.key]);
  });

  it('waits through an outage, and says so', async () => {
    const unanswered: ValidateAnswer = { kind: 'unanswered', reason: 'HTTP 503' };
    await gateOf([...Array(20).fill(unanswered), valid]).pass(chunks[0]!);
    expect(asked).toHaveLength(21);
    expect(waits).toEqual(Array(20).fill('to ask the validate endpoint again (HTTP 503)'));
  });

  it('lets a chunk go on that need not be asked about, while one is', async () => {
    await gateOf().pass(chunks[0]!);
    let answer = (): void => undefined;
    answered = new Promise((resolve) => {
      answer = resolve;
    });
    const gate = gateOf();
    const late = gate.pass(chunks[1]!);
    await expect.poll(() => asked).toEqual(['0', '1']);
    await gate.pass(chunks[0]!);
    answer();
    await late;
  });

  it('waits no longer once its signal aborts', async () => {
    const stop = new AbortController();
    const gate = gateOf({ kind: 'unanswered', reason: 'the reason' });
    const passing = gate.pass(chunks[0]!, { signal: stop.signal });
    stop.abort();
    await expect(passing).rejects.toBe(stop.signal.reason);
  });

  it('asks for nobody any more once it got no pass', async () => {
    const gate = gateOf({ kind: 'invalid', reason: 'the reason' } as ValidateAnswer);
    const ends = await Promise.allSettled([chunks[0]!, chunks[1]!, chunks[2]!].map((chunk) => gate.pass(chunk)));
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(asked).toHaveLength(1);
  });

  it('lints before it asks, and takes only the file that was sealed', async () => {
    const path = join(job.migration.folder, chunks[0]!.path);
    writeFileSync(path, 'no gzip');
    await expect(gateOf().pass(chunks[0]!)).rejects.toMatchObject({ code: 'chunk.damaged' });
    rmSync(path);
    await expect(gateOf().pass(chunks[0]!, { ask: true })).rejects.toMatchObject({
      code: 'chunk.damaged',
      message: `chunk ${chunks[0]!.path} (lane acme_0) cannot be sent: the file is gone`,
    });
    // What Adobe has is never built again.
    const sent = { ...chunks[0]!, state: 'uploaded' as const };
    await expect(gateOf().pass(sent, { ask: true })).rejects.toMatchObject({
      code: 'chunk.damaged',
      next: 'put the file back from a copy of the work folder, then run again',
    });
    expect(asked).toEqual([]);
  });

  it.each([
    ['Eur', 'hit dropped; currency'],
    ['XYZ', 'hit dropped; currency'],
  ])('holds a chunk back for a value that costs the hit: %s', async (code, told) => {
    const chunk = chunks[1]!;
    const path = join(job.migration.folder, chunk.path);
    const whole = readFileSync(path);
    const [head, ...lines] = gunzipSync(whole).toString().trimEnd().split('\n');
    const text = [`${head},currencyCode`, ...lines.map((line) => `${line},${code}`), ''].join('\n');
    const bytes = gzipSync(text);
    writeFileSync(path, bytes);
    const sealed = { ...chunk, gzSha256: sha256(bytes), rawSha256: sha256(text) };
    try {
      await expect(gateOf().pass(sealed)).rejects.toMatchObject({
        code: 'gate.lint',
        message: expect.stringContaining(told),
      });
      expect(asked).toEqual([]);
    } finally {
      writeFileSync(path, whole);
    }
  });
});

function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
