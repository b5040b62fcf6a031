import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/ledger/database.ts';
import { type Ledger, openLedger } from '../../src/ledger/open-ledger.ts';
import { first } from '../../src/ledger/schema/001-first.ts';
import { startJob } from './ledger-fixture.ts';

const driver = createRequire(import.meta.url).resolve('better-sqlite3');

describe('openLedger', () => {
  let folder: string;
  const opened: Ledger[] = [];
  const open = async (readOnly = false) => {
    const ledger = await openLedger(folder, { readOnly, now: () => 1_700_000_000_000 });
    opened.push(ledger);
    return ledger;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bdia-ledger-'));
  });
  afterEach(async () => {
    for (const ledger of opened.splice(0)) await ledger.close();
    rmSync(folder, { recursive: true });
  });

  it('makes the folder, and leaves one file for the ledger and one for the lock', async () => {
    folder = join(folder, 'a', 'b');
    const ledger = await open();
    expect(await ledger.job()).toBeNull();
    expect(await ledger.hasPlan()).toBe(false);
    expect(readdirSync(folder).sort()).toEqual(['ledger.sqlite', 'lock.sqlite']);
    await ledger.close();
    await ledger.close();
    folder = join(folder, '..', '..');
  });

  it('syncs the folder too when it commits, which is to remove the journal', () => {
    // SQLite docs, "PRAGMA synchronous": 3 is EXTRA; 2, FULL, leaves the removal to the system.
    const database = openDatabase(join(folder, 'ledger.sqlite'), { readOnly: false });
    const set = ['journal_mode', 'synchronous', 'fullfsync'].map((name) => database.pragma(name, { simple: true }));
    database.close();
    expect(set).toEqual(['delete', 3, 1]);
  });

  it('keeps what it was told, over a reopening', async () => {
    await startJob(await open());
    await opened.pop()!.close();
    const ledger = await open();
    expect((await ledger.job())?.migrationId).toBe('acme');
    expect(await ledger.slices()).toHaveLength(3);
  });

  it('lets one writer in, and names the folder to the second', async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({ code: 'ledger.locked', message: expect.stringContaining(folder) });
    await first.close();
    await expect(open()).resolves.toBeDefined();
  });

  it('refuses while another process works, and goes on as soon as that process is killed', async () => {
    await (await open()).close();
    const holder = spawn(process.execPath, ['-e', holdLock], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { folder, driver },
    });
    try {
      await once(holder.stdout, 'data');
      await expect(open()).rejects.toMatchObject({ code: 'ledger.locked' });
      await expect(open(true)).resolves.toBeDefined();
    } finally {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    }
    await expect(open()).resolves.toBeDefined();
  });

  it('reads beside a writer, sees what was committed, and changes nothing', async () => {
    const writer = await open();
    await startJob(writer);
    const reader = await open(true);
    expect((await reader.summary()).slices).toEqual({ total: 3, sealed: 0 });
    await writer.note('change', 'content accepted');
    expect(await reader.notes()).toEqual([{ at: 1_700_000_000_000, kind: 'change', text: 'content accepted' }]);
    await expect(reader.note('change', 'by a reader')).rejects.toThrow();
    await expect(reader.noteRequest('client', 1)).rejects.toThrow();
    expect(await writer.notes()).toHaveLength(1);
  });

  it('reads a ledger that may not be written', async () => {
    await startJob(await open());
    await opened.pop()!.close();
    chmodSync(join(folder, 'ledger.sqlite'), 0o444);
    expect((await (await open(true)).slices()).length).toBe(3);
  });

  it('has nothing to read before the first build', async () => {
    await expect(open(true)).rejects.toMatchObject({ code: 'input.not-found' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('has not begun where a full disk left a file with nothing in it, and begins then', async () => {
    writeFileSync(join(folder, 'ledger.sqlite'), '');
    await expect(open(true)).rejects.toMatchObject({ code: 'input.not-found' });
    expect(await (await open()).job()).toBeNull();
    expect(await (await open(true)).job()).toBeNull();
  });

  it('reads a ledger of an older program, and leaves it as it was; a writer brings it up to date', async () => {
    edit((db) => {
      db.exec(first);
      db.pragma(`application_id = ${0x62646961}`);
      db.pragma('user_version = 1');
      db.exec("INSERT INTO job VALUES (1, 'acme', 'i', '{}', 5, NULL)");
      db.exec("INSERT INTO contents VALUES (1, 'c', '{}', 5)");
    });
    const read = await open(true);
    expect((await read.job())?.migrationId).toBe('acme');
    expect(await read.pass()).toBeNull();
    await read.close();
    edit((db) => expect(db.pragma('user_version', { simple: true })).toBe(1));
    expect((await (await open()).job())?.migrationId).toBe('acme');
    edit((db) => expect(db.pragma('user_version', { simple: true })).toBeGreaterThan(1));
  });

  it.each([true, false])('refuses a ledger of a newer program (read-only: %s)', async (readOnly) => {
    await (await open()).close();
    edit((db) => db.pragma('user_version = 99'));
    await expect(open(readOnly)).rejects.toMatchObject({
      code: 'ledger.newer',
      message: expect.stringContaining('version 99'),
      next: expect.stringContaining('newer bdia-migrate'),
    });
    edit((db) => expect(db.pragma('user_version', { simple: true })).toBe(99));
  });

  it('refuses another program’s database and leaves it alone', async () => {
    edit((db) => db.exec('CREATE TABLE theirs (a)'));
    await expect(open()).rejects.toMatchObject({ code: 'ledger.foreign' });
    edit((db) => expect(db.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['theirs']));
  });

  it('tells damage from bugs', async () => {
    writeFileSync(join(folder, 'ledger.sqlite'), 'no database at all, but long enough to be taken for one'.repeat(20));
    await expect(open()).rejects.toMatchObject({ code: 'ledger.corrupt', next: expect.stringContaining('copy') });
    await expect(open(true)).rejects.toMatchObject({ code: 'ledger.corrupt' });
  });

  it('notices pages that are gone', async () => {
    await startJob(await open());
    await opened.pop()!.close();
    const path = join(folder, 'ledger.sqlite');
    edit((db) => db.exec(`INSERT INTO notes (noted_at, kind, text) VALUES (1, 'long', '${'x'.repeat(50_000)}')`));
    const { size } = await import('node:fs').then(({ statSync }) => statSync(path));
    await import('node:fs').then(({ truncateSync }) => truncateSync(path, size - 8192));
    await expect(open()).rejects.toMatchObject({ code: 'ledger.corrupt' });
  });

  it('says so where the work folder cannot be made', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(openLedger(join(folder, 'file', 'work'))).rejects.toMatchObject({ code: 'disk.failed' });
  });

  it('is whole in one file: a copy taken between changes is a ledger of that moment', async () => {
    const ledger = await open();
    await startJob(ledger);
    const copy = join(folder, 'copy');
    mkdirSync(copy);
    copyFileSync(join(folder, 'ledger.sqlite'), join(copy, 'ledger.sqlite'));
    await ledger.note('later', 'not in the copy');
    const old = await openLedger(copy);
    expect(await old.slices()).toHaveLength(3);
    expect(await old.notes()).toEqual([]);
    await old.close();
  });

  function edit(work: (db: Database.Database) => void) {
    const db = new Database(join(folder, 'ledger.sqlite'));
    work(db);
    db.close();
  }
});

/** What `takeLock` does, in a process of its own. */
const holdLock = `
  const Database = require(process.env.driver);
  const db = new Database(require('node:path').join(process.env.folder, 'lock.sqlite'), { timeout: 0 });
  db.exec('BEGIN EXCLUSIVE');
  process.stdout.write('held');
  setInterval(() => {}, 1000);
`;
