import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Migration } from '../../src/config/migration.ts';
import { Database } from '../../src/domain/sqlite.ts';
import { bytesToBuild, examineDisk, roomVerdict } from '../../src/inspection/doctor-disk.ts';
import type { DoctorFinding } from '../../src/inspection/doctor-finding.ts';
import { build } from '../../src/migration/run.ts';
import { offline, sqliteFolder } from '../migration/job-fixture.ts';

const room = { free: 100e9, ahead: 10e9, spool: 50e9, maxRawBytes: 95e6, toBuild: null };

describe('room on the disk', () => {
  it.each([
    [room, 'ok', '100.0 GB free for the work folder'],
    [{ ...room, free: 60e9 }, 'ok', '60.0 GB free for the work folder'],
    [
      { ...room, free: 59e9 },
      'warning',
      '59.0 GB free for the work folder; disk.ahead and disk.spool may fill 60.0 GB together',
    ],
    [{ ...room, toBuild: 99e9 }, 'ok', '100.0 GB free for the work folder'],
    [{ ...room, toBuild: 101e9 }, 'fault', '100.0 GB free for the work folder, about 101.0 GB are still to be built'],
    [
      { ...room, free: 94e6, ahead: 1e6, spool: 1e6 },
      'fault',
      '94.0 MB free for the work folder: not even one file of chunks.maxRawBytes fits',
    ],
  ])('%j: %s', (has, result, found) => {
    const verdict = roomVerdict(has);
    expect(verdict).toMatchObject({ result, found });
    expect(verdict.cure === null).toBe(result === 'ok');
  });
});

describe('the work folder', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'bdia-disk-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const examine = async (folder: string): Promise<DoctorFinding[]> => {
    const disk = { ahead: 1, spool: 1, keep: 'all' };
    const findings: DoctorFinding[] = [];
    const migration = { folder, disk, chunks: { maxRows: 1, maxRawBytes: 1 } } as unknown as Migration;
    for await (const finding of examineDisk(migration)) findings.push(finding);
    return findings;
  };

  it('is tried and left as it was, whether it is there or not', async () => {
    expect(await examine(join(home, 'not', 'yet'))).toMatchObject([{ check: 'disk', result: 'ok' }]);
    expect(readdirSync(home)).toEqual([]);
    mkdirSync(join(home, 'work'));
    expect(await examine(join(home, 'work'))).toMatchObject([{ check: 'disk', result: 'ok' }]);
    expect(readdirSync(join(home, 'work'))).toEqual([]);
  });

  it('cannot be where a file is', async () => {
    writeFileSync(join(home, 'file'), '');
    expect(await examine(join(home, 'file', 'work'))).toMatchObject([
      { check: 'disk', result: 'fault', found: expect.stringContaining('ENOTDIR'), cure: expect.any(String) },
    ]);
  });

  it('holds a ledger that is none: said, and the room all the same', async () => {
    writeFileSync(join(home, 'ledger.sqlite'), 'no ledger '.repeat(500));
    expect((await examine(home)).map(({ result }) => result)).toEqual(['fault', 'ok']);
  });
});

it('tells what is still to be built by the slices that are sealed, whatever becomes of their rows', async () => {
  const begin = Date.UTC(2021, 0, 1) / 1000;
  const rows = Array.from({ length: 40 }, (_, id) => {
    const at = begin + id * 3_600;
    return { id, at, hit: at, page: id % 4 === 0 ? 'robot' : `page ${id}` };
  });
  const range = '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }';
  const fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { range, slices: 20, groups: 1 });
  const folder = join(fixture.folder, 'work');
  try {
    expect(await bytesToBuild({ folder })).toBeNull();
    expect((await build(fixture.file, offline)).rows).toEqual({ read: 40, hits: 30, rejected: 0, filtered: 10 });
    expect(await bytesToBuild({ folder })).toBe(0);
    const database = new Database(join(folder, 'ledger.sqlite'));
    for (const table of ['chunks', 'lanes', 'stream_counts', 'tallies'])
      database.exec(`DELETE FROM ${table} WHERE slice > 0`);
    database.exec('UPDATE slices SET sealed_at = NULL WHERE slice > 0');
    const planned = database.prepare('SELECT planned_rows FROM slices ORDER BY slice').pluck().all() as number[];
    database.close();
    const [first = 0, ...rest] = planned;
    const bytes = statSync(join(folder, 'chunks', 'acme_0', '000000-0000.csv.gz')).size;
    const left = rest.reduce((sum, each) => sum + each, 0);
    expect(left).toBe(40 - first);
    expect(await bytesToBuild({ folder })).toBe(Math.round((bytes / first) * left));
  } finally {
    fixture.remove();
  }
});
