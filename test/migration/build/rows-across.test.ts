import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { verify } from '../../../src/inspection/verify.ts';
import { build } from '../../../src/migration/run.ts';
import { type FixtureFolder, offline, sqliteFolder } from '../job-fixture.ts';

const begin = Date.UTC(2021, 0, 1) / 1000;
const long = 'x'.repeat(300);
const cutting = 'eVar1: { from: page, overflow: cut }';
const rejecting = 'eVar1: { from: page, overflow: reject }';

let fixture: FixtureFolder;
afterEach(() => fixture.remove());

/** Of 100 rows, ten minutes apart, three hours fill a slice. Row 17 is counted in slice 0 and sent in 1, row 18 the other way. */
function makeFolder(rejectable: readonly number[], column: string): void {
  const hits = new Map([
    [17, begin + 3 * 3600 + 100],
    [18, begin + 3 * 3600 - 100],
  ]);
  const rows = Array.from({ length: 100 }, (_, id) => ({
    id,
    at: begin + id * 600,
    hit: hits.get(id) ?? begin + id * 600,
    page: rejectable.includes(id) ? long : 'home',
  }));
  fixture = sqliteFolder([{ name: 'views', window: 'type: s, lateness: 1h', rows }], {
    range: '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }',
    slices: 20,
    hit: [column],
  });
}

/** Builds all, and has Adobe know slice 0. */
async function buildAndSend(): Promise<void> {
  expect((await build(fixture.file, offline)).stopped).toBeUndefined();
  const ledger = new Database(join(fixture.folder, 'work', 'ledger.sqlite'));
  ledger.exec("UPDATE chunks SET state = 'uploaded' WHERE slice = 0");
  ledger.close();
}

async function broken(): Promise<string[]> {
  const { promises } = await verify(fixture.file, { ...offline, source: true });
  return promises.filter(({ holds }) => !holds).map(({ detail }) => detail);
}

describe('an accepted change beside slices that stay', () => {
  it.each([
    ['counted there', 17, cutting, rejecting, 'row 17 of stream views was a hit before the change and is none'],
    ['counted there', 17, rejecting, cutting, 'row 17 of stream views was no hit before the change and is one'],
    ['sent there', 18, cutting, rejecting, 'row 18 of stream views was a hit before the change and is none'],
    ['sent there', 18, rejecting, cutting, 'row 18 of stream views was no hit before the change and is one'],
  ])('is refused where a row %s, %i, is a hit in one of two only', async (_, id, before, after, message) => {
    makeFolder([id], before);
    await buildAndSend();
    fixture.edit('mapping.yaml', before, after);
    for (const acceptChange of [true, false]) {
      const { stopped, slices } = await build(fixture.file, { ...offline, acceptChange });
      expect(stopped).toMatchObject({
        code: 'build.not-reproducible',
        message: expect.stringContaining(message),
        next: expect.stringContaining('undo the part of the change'),
      });
      expect(slices.sealed).toBe(1);
    }
    fixture.edit('mapping.yaml', after, before);
    expect((await build(fixture.file, { ...offline, acceptChange: true })).stopped).toBeUndefined();
    expect(await broken()).toEqual([]);
  });

  it.each([
    ['other rows become hits', [16, 19, 40], cutting, rejecting],
    ['rows that lie across are rejected as before', [17, 18], `${rejecting}\n      eVar2: page`, rejecting],
    ['rows that lie across are hits as before', [], cutting, rejecting],
  ])('goes on where %s', async (_, rejectable, before, after) => {
    makeFolder(rejectable, before);
    await buildAndSend();
    fixture.edit('mapping.yaml', before, after);
    expect((await build(fixture.file, { ...offline, acceptChange: true })).stopped).toBeUndefined();
    expect(await broken()).toEqual([]);
  });
});
