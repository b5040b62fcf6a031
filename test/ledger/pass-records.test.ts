import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/domain/sqlite.ts';
import { type Ledger, openLedger } from '../../src/ledger/open-ledger.ts';
import type { PassStep } from '../../src/ledger/pass-records.ts';
import { first } from '../../src/ledger/schema/001-first.ts';
import { freshLedger, startJob } from './ledger-fixture.ts';

let folder: string;
let ledger: Ledger;
beforeEach(async (context) => {
  ({ folder, ledger } = await freshLedger(context));
});

const stamp = (path: string, size: number) => ({ set: 'log', path, size, modified: `${size}000000001` });
const counted = {
  counts: [{ stream: 'views', read: 3, hits: 0, rejected: 2, filtered: 1 }],
  tallies: [{ stream: 'views', outcome: 'rejected' as const, column: '', reason: 'time', count: 2 }],
};
const run = (name: string) => ({ name, bytes: 100, sha256: `of ${name}` });
const rejects = { ...run('000001.spool'), rows: 2, ends: [40, 100] };
const step: PassStep = {
  fingerprint: 'f',
  read: [{ stream: 'views', set: 'log', path: 'a.csv', size: 10, sha256: 'aa' }],
  counted,
  runs: [run('000000.spool')],
  rejects,
};

describe('the list of files', () => {
  it('is frozen with what can be known without reading, and gets its hashes while it is read', async () => {
    await ledger.freezeFiles([stamp('b.csv', 20), stamp('a.csv', 10)]);
    await ledger.storePass(step);
    expect(await ledger.files()).toEqual([
      { set: 'log', path: 'a.csv', size: 10, modified: '10000000001', sha256: 'aa' },
      { set: 'log', path: 'b.csv', size: 20, modified: '20000000001', sha256: null },
    ]);
    await ledger.freezeFiles([{ ...stamp('a.csv', 10), modified: '7' }]);
    expect((await ledger.files())[0]).toMatchObject({ modified: '7', sha256: 'aa' });
  });

  it('lets go of the sizes of files that were not read', async () => {
    await ledger.freezeFiles([stamp('a.csv', 10), stamp('b.csv', 20)]);
    await ledger.storePass(step);
    expect(await ledger.thawUnreadFiles()).toBe(1);
    expect((await ledger.files()).map(({ size }) => size)).toEqual([10, null]);
  });
});

describe('a first pass', () => {
  it('comes back as it was stored, step by step', async () => {
    expect(await ledger.pass()).toBeNull();
    await ledger.storePass(step);
    expect(await ledger.pass()).toEqual({ ...step, read: [{ stream: 'views', set: 'log', path: 'a.csv' }] });
    const runs = [run('000000.spool'), run('000002.spool')];
    const read = [
      { stream: 'clicks', set: 'log', path: 'a.csv', size: 10, sha256: 'aa' },
      { stream: 'views', set: 'log', path: 'b.csv', size: 20, sha256: 'bb' },
    ];
    await ledger.storePass({ ...step, read, runs, rejects: null });
    expect(await ledger.pass()).toEqual({
      fingerprint: 'f',
      counted,
      runs,
      rejects: null,
      read: [
        { stream: 'clicks', set: 'log', path: 'a.csv' },
        { stream: 'views', set: 'log', path: 'a.csv' },
        { stream: 'views', set: 'log', path: 'b.csv' },
      ],
    });
  });

  it('is stored as a whole or not at all', async () => {
    await ledger.storePass(step);
    const before = await ledger.pass();
    await expect(ledger.storePass({ ...step, fingerprint: 'g', runs: [] })).rejects.toThrow('UNIQUE');
    expect(await ledger.pass()).toEqual(before);
  });

  it('gets other runs and keeps its rejects; where there is none, none begins', async () => {
    await ledger.replaceRuns([run('000009.spool')]);
    expect(await ledger.pass()).toBeNull();
    await ledger.storePass(step);
    await ledger.replaceRuns([run('000009.spool')]);
    expect(await ledger.pass()).toMatchObject({ runs: [run('000009.spool')], rejects });
  });

  it('is forgotten alone, and with the seals that a change takes back; hashes stay', async () => {
    await startJob(ledger);
    const accept = async () => ledger.acceptChange((await ledger.job())!, 'columns');
    for (const forget of [ledger.dropPass, accept]) {
      await ledger.storePass(step);
      await forget();
      expect(await ledger.pass()).toBeNull();
    }
    expect((await ledger.files()).find(({ path }) => path === 'a.csv')).toMatchObject({ sha256: 'aa' });
  });
});

it('keeps the files of a ledger of before', async () => {
  const old = join(folder, 'old');
  await (await openLedger(old)).close();
  rmSync(join(old, 'ledger.sqlite'));
  const db = new Database(join(old, 'ledger.sqlite'));
  db.exec(first);
  db.prepare('INSERT INTO files VALUES (?, ?, ?, ?)').run('log', 'a.csv', 10, 'aa');
  db.pragma(`application_id = ${0x62646961}`);
  db.pragma('user_version = 1');
  db.close();
  const upgraded = await openLedger(old);
  expect(await upgraded.files()).toEqual([{ set: 'log', path: 'a.csv', size: 10, modified: null, sha256: 'aa' }]);
  expect(await upgraded.pass()).toBeNull();
  await upgraded.close();
});
