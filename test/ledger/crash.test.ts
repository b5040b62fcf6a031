import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/open-ledger.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';

const root = resolve(import.meta.dirname, '../..');
const slices = 40;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bdia-crash-'));
  // The ledger itself as JavaScript, for a process of its own: Node 20 runs no TypeScript.
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const settings = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      rootDir: join(root, 'src'),
      outDir: join(folder, 'dist'),
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: [],
    files: [join(root, 'src/ledger/open-ledger.ts')],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  execFileSync(process.execPath, [tsc, '-p', folder]);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'child.js'), child);
});
afterAll(() => rmSync(folder, { recursive: true }));

it('holds everything it said was durable, and nothing by halves, however often the process is killed', async () => {
  const work = join(folder, 'work');
  mkdirSync(work);
  const told: string[] = [];
  let finished = false;
  let round = 0;
  for (; !finished; round++) {
    expect(round).toBeLessThan(60);
    // Kills land after 1 to 37 changes, at whatever the process does then.
    finished = await runUntil(1 + ((round * 23) % 37), work, told);
    const reader = await openLedger(work, { readOnly: true });
    await assertWhole(reader, told);
    await reader.close();
    const writer = await openLedger(work);
    await assertWhole(writer, told);
    await writer.close();
  }
  expect(round).toBeGreaterThan(2);
  expect(new Set(told.map((line) => line.split(' ')[0]))).toEqual(new Set(['sealed', 'begun', 'uploaded']));
  const ledger = await openLedger(work, { readOnly: true });
  expect(await ledger.next('a')).toBe('done');
  expect((await ledger.summary()).chunks).toMatchObject({ built: 2 * slices, uploaded: 2 * slices });
  await ledger.close();
}, 120_000);

/** Runs the child until it has told of `changes`, then kills it; true where it came to its end. */
async function runUntil(changes: number, work: string, told: string[]): Promise<boolean> {
  const process_ = spawn(process.execPath, [join(folder, 'child.js'), work, String(slices)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(process_, 'exit');
  let left = changes;
  for await (const line of createInterface({ input: process_.stdout })) {
    told.push(line);
    if (--left === 0) process_.kill('SIGKILL');
  }
  return (await exited)[0] === 0;
}

async function assertWhole(ledger: Ledger, told: readonly string[]): Promise<void> {
  const { total, sealed } = (await ledger.summary()).slices;
  const chunks = await ledger.chunks();
  expect([0, slices]).toContain(total);
  expect(chunks.length).toBe(2 * sealed);
  expect(chunks.every(({ group, rows }) => group === 'a' && rows === 5)).toBe(true);
  expect(await ledger.laneMismatches()).toEqual([]);
  expect((await ledger.sliceCounts()).map(({ slice }) => slice)).toEqual(Array.from({ length: sealed }, (_, at) => at));
  for (const chunk of chunks) {
    const attempts = await ledger.attempts(chunk);
    const receipts = await ledger.receipts(chunk);
    const open = attempts.filter(({ endedAt }) => endedAt === null);
    expect(receipts.filter(({ source }) => source === 'answer')).toHaveLength(chunk.state === 'uploaded' ? 1 : 0);
    if (chunk.state === 'sending') expect(open).toHaveLength(1);
    if (chunk.state === 'sealed') expect(attempts).toHaveLength(0);
    expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, at) => at + 1));
  }
  const states = new Map(chunks.map(({ slice, part, state }) => [`${slice}-${part}`, state]));
  for (const line of told) {
    const [what, which = ''] = line.split(' ');
    if (what === 'sealed') expect(Number(which)).toBeLessThan(sealed);
    if (what === 'uploaded') expect(states.get(which)).toBe('uploaded');
    if (what === 'begun') expect(['sending', 'unknown', 'linted', 'uploaded']).toContain(states.get(which));
  }
}

/** Builds and delivers like a run would, telling of each change once its promise has resolved. */
const child = `
import { writeSync } from 'node:fs';
import { openLedger } from './dist/ledger/open-ledger.js';
const [work, count] = process.argv.slice(2);
const tell = (line) => writeSync(1, line + '\\n');
const ledger = await openLedger(work);
await ledger.setJob({ migrationId: 'm', identity: { hash: 'i', json: '{}' }, content: { hash: 'c', json: '{}' } });
if (!(await ledger.hasPlan())) {
  const slices = Array.from({ length: Number(count) }, (_, index) => (
    { index, from: index, to: index + 1, homeFrom: index, homeTo: index + 1, plannedRows: 10 }));
  await ledger.storePlan({ slices, sourceRows: { hits: 10 * slices.length }, files: [] });
}
async function build() {
  for (const { index: slice } of await ledger.unsealedSlices()) {
    const chunks = [0, 1].map((part) => ({
      group: 'a', slice, part, path: 'p', sidecar: 's', rows: 5, rawBytes: 1, gzBytes: 1, rawSha256: 'r', gzSha256: 'g',
      firstTime: 0, lastTime: 0, streams: { hits: 5 }, key: slice + '-' + part,
    }));
    const counts = [{ stream: 'hits', read: 10, hits: 10, rejected: 0, filtered: 0 }];
    await ledger.sealSlice({ slice, groups: ['a'], chunks, counts, tallies: [], rejects: null, duplicateKeys: 0 });
    tell('sealed ' + slice);
  }
}
async function deliver() {
  for (;;) {
    const chunk = await ledger.next('a');
    if (chunk === 'done') return;
    if (chunk === 'waiting') { await ledger.changed(new AbortController().signal); continue; }
    const name = chunk.slice + '-' + chunk.part;
    const open = (await ledger.attempts(chunk)).find(({ endedAt }) => endedAt === null);
    if (open !== undefined)
      await ledger.settleAttempt(chunk, open.id, { endedAt: 2, outcome: 'unknown', state: 'unknown' });
    const absent = { source: 'lookup', at: 2, httpStatus: 404, fileId: null, rows: null, invalidRows: null, size: null, body: '' };
    const inherited = open !== undefined || chunk.state === 'unknown';
    if (chunk.state !== 'linted') await ledger.move(chunk, 'linted', inherited ? absent : undefined);
    const attempt = await ledger.beginAttempt(chunk, { host: 'h', clientId: 'c', startedAt: 1 });
    tell('begun ' + name);
    await ledger.noteRequest('c', Date.now());
    await ledger.settleAttempt(chunk, attempt.id, { endedAt: 2, outcome: 'uploaded', state: 'uploaded', receipt: {
      source: 'answer', at: 2, httpStatus: 200, fileId: null, rows: 5, invalidRows: 0, size: 1, body: '' } });
    tell('uploaded ' + name);
  }
}
await Promise.all([build(), deliver()]);
await ledger.close();
`;
