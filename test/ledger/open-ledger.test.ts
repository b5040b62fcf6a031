import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Connection, Database } from '../../src/domain/sqlite.ts';
import { ledgerError, openDatabase } from '../../src/ledger/database.ts';
import { isLockHeld } from '../../src/ledger/lock.ts';
import { type Ledger, openLedger } from '../../src/ledger/open-ledger.ts';
import { steps } from '../../src/ledger/schema/steps.ts';
import { startJob } from './ledger-fixture.ts';

/** For processes of their own, which cannot load TypeScript. */
const driver = createRequire(import.meta.url).resolve(
  Number(process.versions['napi']) >= 10 ? 'better-sqlite3' : 'better-sqlite3-12',
);

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
    await expect(open()).rejects.toMatchObject({
      code: 'ledger.locked',
      message: expect.stringContaining(folder),
      // As the command line completes it with the migration file.
      next: expect.stringContaining(' `status` '),
    });
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

  it('is refused where the lock may not be written to, since it would keep nobody out', async () => {
    await (await open()).close();
    const lock = join(folder, 'lock.sqlite');
    chmodSync(lock, 0o444);
    for (const path of [folder, join(folder, 'ledger.sqlite')]) chmodSync(path, 0o777);
    // The superuser may write to anything.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      await expect(open()).rejects.toMatchObject({
        code: 'disk.failed',
        message: `The lock ${lock} cannot be written`,
        next: expect.stringContaining('right to write'),
      });
      await expect(open(true)).resolves.toBeDefined();
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it('says that the path of the folder is too long, where it is', async () => {
    const home = folder;
    folder = join(home, ...['a', 'b', 'c'].map((letter) => letter.repeat(170)));
    await expect(open()).rejects.toMatchObject({ code: 'disk.failed', next: expect.stringContaining('482 bytes') });
    folder = join(home, ...['d', 'e'].map((letter) => letter.repeat(200)));
    await expect(open()).resolves.toBeDefined();
    await opened.pop()!.close();
    folder = home;
  });

  it('is not refused because of somebody who looks whether the lock is held', async () => {
    await (await open()).close();
    expect(isLockHeld(folder)).toBe(false);
    const looker = spawn(process.execPath, ['-e', lookAtLock], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { folder, driver },
    });
    try {
      await once(looker.stdout, 'data');
      const ledger = await open();
      expect(isLockHeld(folder)).toBe(true);
      await ledger.close();
      expect(isLockHeld(folder)).toBe(false);
    } finally {
      looker.kill('SIGKILL');
      await once(looker, 'exit');
    }
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

  it('does not pass for one that has not begun where the system does not let it be looked at', async () => {
    symlinkSync('ledger.sqlite', join(folder, 'ledger.sqlite'));
    await expect(open(true)).rejects.toMatchObject({
      code: 'disk.failed',
      message: expect.stringContaining('cannot be looked at: ELOOP'),
    });
  });

  it('has not begun where a full disk left a file with nothing in it, and begins then', async () => {
    writeFileSync(join(folder, 'ledger.sqlite'), '');
    await expect(open(true)).rejects.toMatchObject({ code: 'input.not-found' });
    expect(await (await open()).job()).toBeNull();
    expect(await (await open(true)).job()).toBeNull();
  });

  it.each(steps.slice(1).map((_, at) => at + 1))(
    'reads a ledger of version %i as a writer that brings it up to date does, without a copy, and leaves it as it was',
    async (version) => {
      edit((db) => {
        for (const step of steps.slice(0, version)) db.exec(step);
        db.exec(`PRAGMA application_id = ${0x62646961}; PRAGMA user_version = ${version}; ${oldRows}`);
      });
      const copied = vi.spyOn(Database.prototype, 'serialize');
      const reader = await open(true);
      const found = await everything(reader);
      await expect(reader.note('change', 'by a reader')).rejects.toThrow();
      await reader.close();
      expect(copied).not.toHaveBeenCalled();
      copied.mockRestore();
      edit((db) => expect(db.pragma('user_version', { simple: true })).toBe(version));
      const writer = await open();
      expect(found).toEqual(await everything(writer));
      expect(found).toMatchObject({ job: { migrationId: 'acme' }, chunks: [{ gzBytes: 300 }], files: [{ size: 7 }] });
      edit((db) => expect(db.pragma('user_version', { simple: true })).toBe(steps.length));
    },
  );

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

  it('tells in one line which page is damaged', async () => {
    await startJob(await open());
    await opened.pop()!.close();
    const path = join(folder, 'ledger.sqlite');
    edit((db) => {
      db.exec('CREATE TABLE many (text TEXT)');
      const insert = db.prepare('INSERT INTO many VALUES (?)');
      db.transaction(() => {
        for (let row = 0; row < 2000; row++) insert.run(`row ${row}`);
      })();
    });
    const bytes = readFileSync(path);
    bytes.fill(0, bytes.lastIndexOf('row 1000') & ~4095, (bytes.lastIndexOf('row 1000') & ~4095) + 4096);
    writeFileSync(path, bytes);
    await expect(open()).rejects.toMatchObject({
      code: 'ledger.corrupt',
      message: expect.stringMatching(/ is damaged: (Tree|Page|On tree).*$/),
    });
  });

  it('says so where the work folder cannot be made', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(openLedger(join(folder, 'file', 'work'))).rejects.toMatchObject({ code: 'disk.failed' });
  });

  // To SQLite a page that the system refuses once is a damaged one.
  it('does not call a ledger damaged that is whole', async () => {
    await (await open()).close();
    const path = join(folder, 'ledger.sqlite');
    const refused = new Database.SqliteError('database disk image is malformed', 'SQLITE_CORRUPT');
    expect(ledgerError(path, refused)).toMatchObject({
      code: 'disk.failed',
      message: expect.stringContaining('the disk refused to be read'),
      next: expect.stringContaining('run again'),
    });
    writeFileSync(path, 'no database');
    expect(ledgerError(path, refused)).toMatchObject({
      code: 'ledger.corrupt',
      next: expect.stringContaining('put back a copy of the work folder'),
    });
  });

  // Where a network folder is away for a moment, it may be there for one question and not for the next.
  it('says so where the folder is gone when the file is opened', () => {
    expect(() => openDatabase(join(folder, 'away', 'ledger.sqlite'), { readOnly: false })).toThrow(
      expect.objectContaining({ code: 'disk.failed', next: expect.stringContaining('run again') }),
    );
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

  function edit(work: (db: Connection) => void) {
    const db = new Database(join(folder, 'ledger.sqlite'));
    work(db);
    db.close();
  }
});

/** Rows of the first version: a chunk of a sealed slice, and what stands around it. */
const oldRows = `
  INSERT INTO job VALUES (1, 'acme', 'i', '{}', 5, 6);
  INSERT INTO contents VALUES (1, 'c', '{}', 5);
  INSERT INTO files (set_name, path, size, sha256) VALUES ('hits', 'a.csv', 7, 'aa');
  INSERT INTO source_rows VALUES (1, 'hits', 9);
  INSERT INTO slices VALUES (0, 0, 100, NULL, 100, 9, 7, 1, 0, NULL), (1, 100, 200, 100, NULL, 3, NULL, NULL, NULL, NULL);
  INSERT INTO stream_counts (slice, stream, read_rows, hits, rejected, filtered) VALUES (0, 'hits', 9, 5, 3, 1);
  INSERT INTO tallies VALUES (0, 'hits', 'rejected', '', 'time', 3);
  INSERT INTO lanes VALUES ('a', 0, 1, 5);
  INSERT INTO chunks (lane, slice, part, path, sidecar, row_count, raw_bytes, gz_bytes, raw_sha256, gz_sha256, first_time,
      last_time, streams, idempotency_key, state)
    VALUES ('a', 0, 0, 'p', 's', 5, 1000, 300, 'r', 'g', 1, 2, '{"hits":5}', 'k', 'partial');
  INSERT INTO lost_rows VALUES (1, 'a', 0, 0, 2, 1, 'odd');
  INSERT INTO notes VALUES (1, 5, 'stop', 'null');`;

/** What commands that only look ask a ledger for. */
async function everything(ledger: Ledger) {
  return {
    job: await ledger.job(),
    contents: await ledger.contents(),
    files: await ledger.files(),
    pass: await ledger.pass(),
    slices: await ledger.slices(),
    sealed: await ledger.sealedContents(),
    planned: [await ledger.plannedRows(), await ledger.plannedHits(), await ledger.sourceRows()],
    summary: await ledger.summary(),
    streams: await ledger.streamCounts(),
    sliceCounts: await ledger.sliceCounts(),
    tallies: await ledger.tallies(),
    rejects: await ledger.rejectFiles(),
    chunks: await ledger.chunks(),
    after: await ledger.chunksAfter('a', null, 9),
    delivered: await ledger.deliveredAfter('a', null, 9),
    removed: await ledger.isMarkedRemoved({ group: 'a', slice: 0, part: 0 }),
    formerKeys: await ledger.formerKeys('a'),
    homes: [await ledger.plannedHomes(), await ledger.beyondRead()],
    lost: [await ledger.chunksWithLoss(), await ledger.lostRows()],
    receipts: await ledger.receipts({ group: 'a', slice: 0, part: 0 }),
    notes: await ledger.notes(),
  };
}

/** What `takeLock` does, in a process of its own. */
const holdLock = `
  const Database = require(process.env.driver);
  const db = new Database(require('node:path').join(process.env.folder, 'lock.sqlite'), { timeout: 0 });
  db.exec('BEGIN EXCLUSIVE');
  process.stdout.write('held');
  setInterval(() => {}, 1000);
`;

/** Holds what `isLockHeld` holds while it looks, for a tenth of a second. */
const lookAtLock = `
  const Database = require(process.env.driver);
  const db = new Database(require('node:path').join(process.env.folder, 'lock.sqlite'), { readonly: true });
  db.exec('BEGIN');
  db.prepare('SELECT count(*) FROM sqlite_schema').get();
  process.stdout.write('held');
  setTimeout(() => db.close(), 100);
  setInterval(() => {}, 1000);
`;
