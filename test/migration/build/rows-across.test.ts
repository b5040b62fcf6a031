import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Database } from '../../../src/domain/sqlite.ts';
import { verify } from '../../../src/inspection/verify.ts';
import type { ContextOptions } from '../../../src/migration/context.ts';
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
async function buildAndSend(options: ContextOptions = offline): Promise<void> {
  expect((await build(fixture.file, options)).stopped).toBeUndefined();
  const ledger = new Database(join(fixture.folder, 'work', 'ledger.sqlite'));
  ledger.exec(`UPDATE chunks SET state = 'uploaded' WHERE slice = 0;
    INSERT INTO receipts (lane, slice, part, source, received_at, row_count, invalid_rows, body)
      SELECT lane, slice, part, 'answer', 1, row_count, 0, '' FROM chunks WHERE slice = 0`);
  ledger.close();
}

async function broken(options: ContextOptions = offline): Promise<string[]> {
  const { promises } = await verify(fixture.file, { ...options, source: true });
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

describe('another version of the time zone data beside slices that stay', () => {
  const before: ContextOptions = { ...offline, runtime: { tz: '2021a' } };
  const after: ContextOptions = { ...offline, runtime: { tz: '2022f' } };

  /** As above, but each hit is `hours` after its window column, by a clock that the time zone data tells. */
  function makeZoned(hours: (id: number) => number): void {
    const rows = Array.from({ length: 100 }, (_, id) => {
      const at = begin + id * 600;
      const page = new Date((at + hours(id) * 3600) * 1000).toISOString().slice(0, 19).replace('T', ' ');
      return { id, at, hit: null, page };
    });
    const time = '{ from: page, zone: Europe/London }';
    fixture = sqliteFolder([{ name: 'views', window: 'type: s, lateness: 1h', time, rows }], {
      range: '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }',
      slices: 20,
    });
  }

  /** No other time zone data is at hand: what it would make of the texts is written into them. */
  function move(hours: number): void {
    const database = new Database(join(fixture.folder, 'legacy.sqlite'));
    database.prepare("UPDATE views SET page = datetime(at + ?, 'unixepoch')").run(BigInt(hours * 3600));
    database.close();
  }

  it.each([
    ['sent twice', 0, 1, 'row 12 of stream views is a hit of a slice before slice 1'],
    ['lost', 1, 0, 'row 12 of stream views is in no slice before slice 1'],
    ['sent twice', -1, 0, 'row 18 of stream views is a hit of a slice before slice 1'],
    ['lost', 0, -1, 'row 18 of stream views is in no slice before slice 1'],
  ])('is refused where rows would be %s, moved from %i h to %i h', async (_, from, to, message) => {
    makeZoned(() => from);
    await buildAndSend(before);
    move(to);
    const { stopped, slices } = await build(fixture.file, { ...after, acceptChange: true });
    expect(stopped).toMatchObject({
      code: 'build.not-reproducible',
      message: expect.stringContaining(message),
      next: expect.stringContaining('go on with the Node.js that built what is sealed'),
    });
    expect(slices.sealed).toBe(1);
    move(from);
    expect((await build(fixture.file, { ...before, acceptChange: true })).stopped).toBeUndefined();
    expect(await broken(before)).toEqual([]);
  });

  it('is accepted where it moves none, rows that lie across and rejects among them', async () => {
    const odd = new Map([
      [14, -1],
      [15, 5],
      [20, -1],
      [21, -3],
    ]);
    makeZoned((id) => odd.get(id) ?? (id % 2 === 0 ? 1 : 0));
    await buildAndSend(before);
    expect((await build(fixture.file, { ...after, acceptChange: true })).stopped).toBeUndefined();
    expect(await broken(after)).toEqual([]);
  });
});
