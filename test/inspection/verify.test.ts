import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, Database } from '../../src/domain/sqlite.ts';
import { verify } from '../../src/inspection/verify.ts';
import { build } from '../../src/migration/run.ts';
import { csvFolder, type FixtureFolder, type FixtureRow, offline, sqliteFolder } from '../migration/job-fixture.ts';
import { expectAllPromises } from '../support/expect-all-promises.ts';

interface ChunkRow {
  lane: string;
  slice: number;
  part: number;
  path: string;
  sidecar: string;
  row_count: number;
  raw_sha256: string;
}

const begin = Date.UTC(2021, 0, 1) / 1000;
const rows = Array.from({ length: 60 }, (_, id): FixtureRow => {
  const at = begin + id * 600;
  return { id, at, hit: id % 10 === 9 ? null : at };
});

let built: FixtureFolder;
beforeAll(async () => {
  const settings = { range: '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }', slices: 20, groups: 2 };
  built = sqliteFolder([{ name: 'views', window: 'type: s', rows }], settings);
  expect((await build(built.file, offline)).stopped).toBeUndefined();
});
afterAll(() => built.remove());

/** A copy of the built migration in which a test plants damage. */
function plantIn(damage: (planted: Planted) => void): { file: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'verify-'));
  cpSync(built.folder, folder, { recursive: true });
  const work = join(folder, 'work');
  const database = new Database(join(work, 'ledger.sqlite'));
  const chunks = database.prepare('SELECT * FROM chunks ORDER BY lane, slice, part').all() as ChunkRow[];
  const bytesOf = (path: string): Buffer => readFileSync(join(work, path));
  const rehash = (chunk: ChunkRow, file: Buffer, raw: Buffer): void => {
    writeFileSync(join(work, chunk.path), file);
    const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    const key = sha(Buffer.from(JSON.stringify(['fixture', chunk.lane, `${chunk.slice}`, `${chunk.part}`, sha(raw)])));
    database
      .prepare(
        'UPDATE chunks SET raw_sha256 = ?, gz_sha256 = ?, raw_bytes = ?, gz_bytes = ?, idempotency_key = ? WHERE lane = ? AND slice = ? AND part = ?',
      )
      .run(sha(raw), sha(file), raw.length, file.length, key, chunk.lane, chunk.slice, chunk.part);
  };
  damage({
    database,
    chunks,
    rehash,
    rawOf: (chunk) => gunzipSync(bytesOf(chunk.path)),
    linesOf: (path) => gunzipSync(bytesOf(path)).toString('utf8').split('\n').slice(0, -1),
    writeLines: (path, lines) => writeFileSync(join(work, path), gzipSync(`${lines.join('\n')}\n`)),
    writeBytes: (path, bytes) => writeFileSync(join(work, path), bytes),
    removeDelivered: ({ path }) => {
      database.prepare("UPDATE chunks SET state = 'uploaded', removed_at = 1 WHERE path = ?").run(path);
      database
        .prepare(
          "INSERT INTO receipts (lane, slice, part, source, received_at, row_count, invalid_rows, body) SELECT lane, slice, part, 'answer', 1, row_count, 0, '' FROM chunks WHERE path = ?",
        )
        .run(path);
      rmSync(join(work, path));
    },
    bytesOf,
    setLines: (chunk, lines) => {
      const raw = Buffer.from(`${lines.join('\n')}\n`);
      rehash(chunk, gzipSync(raw), raw);
    },
  });
  database.close();
  return { file: join(folder, 'migration.yaml'), remove: () => rmSync(folder, { recursive: true }) };
}

interface Planted {
  readonly database: Connection;
  /** Of lane 0 first, then by slice. */
  readonly chunks: readonly ChunkRow[];
  bytesOf(path: string): Buffer;
  rawOf(chunk: ChunkRow): Buffer;
  linesOf(path: string): string[];
  writeLines(path: string, lines: readonly string[]): void;
  writeBytes(path: string, bytes: Buffer): void;
  /** Leaves a chunk as a run with `disk.keep: undelivered` leaves it once Adobe has it. */
  removeDelivered(chunk: ChunkRow): void;
  /** Replaces a chunk and everything that the ledger says of its bytes. */
  rehash(chunk: ChunkRow, file: Buffer, raw: Buffer): void;
  setLines(chunk: ChunkRow, lines: readonly string[]): void;
}

const firstChunk = "lane = 'acme_0' AND slice = 0 AND part = 0";

/** Name, the promises that must not hold any more, words of the first one's detail, and the damage. */
const damages: [string, string[], RegExp, (planted: Planted) => void][] = [
  ['none', [], /^$/, () => undefined],
  [
    "a chunk's byte",
    ['P1', 'P4'],
    /rows of all chunks/,
    ({ chunks, bytesOf, writeBytes }) => {
      const bytes = bytesOf(chunks[0]!.path);
      bytes[20]! ^= 0xff;
      writeBytes(chunks[0]!.path, bytes);
    },
  ],
  [
    'a missing chunk',
    ['P1', 'P4'],
    /rows of all chunks/,
    ({ chunks, database }) =>
      database.prepare('UPDATE chunks SET path = ? WHERE path = ?').run('gone', chunks[1]!.path),
  ],
  ['a chunk that was removed after delivery', [], /^$/, ({ chunks, removeDelivered }) => removeDelivered(chunks[1]!)],
  [
    'a delivered chunk that is missing, and that no run has removed',
    ['P1', 'P4'],
    /rows of all chunks/,
    ({ chunks, removeDelivered, database }) => {
      removeDelivered(chunks[1]!);
      database.exec('UPDATE chunks SET removed_at = NULL');
    },
  ],
  [
    'a removed chunk whose sidecar is short',
    ['P1', 'P4'],
    /rows of all chunks: 53, expected 54/,
    ({ chunks, removeDelivered, linesOf, writeLines }) => {
      removeDelivered(chunks[1]!);
      writeLines(chunks[1]!.sidecar, linesOf(chunks[1]!.sidecar).slice(0, -1));
    },
  ],
  [
    'a removed chunk with another key',
    ['P4'],
    /acme_0\/000001-0000\.csv\.gz: idempotency key is/,
    ({ chunks, removeDelivered, database }) => {
      removeDelivered(chunks[1]!);
      database.prepare("UPDATE chunks SET idempotency_key = 'k' WHERE path = ?").run(chunks[1]!.path);
    },
  ],
  [
    'a removed chunk that begins before the end of the one before',
    ['P3'],
    /acme_0\/000001-0000\.csv\.gz: begins at 1, after \d+/,
    ({ chunks, removeDelivered, database }) => {
      removeDelivered(chunks[1]!);
      database.prepare('UPDATE chunks SET first_time = 1 WHERE path = ?').run(chunks[1]!.path);
    },
  ],
  [
    'a removed chunk that ends after the beginning of the one behind it',
    ['P3'],
    /acme_0\/000002-0000\.csv\.gz row 1: \d+ after 9999999999/,
    ({ chunks, removeDelivered, database }) => {
      removeDelivered(chunks[1]!);
      database.prepare('UPDATE chunks SET last_time = 9999999999 WHERE path = ?').run(chunks[1]!.path);
    },
  ],
  [
    "a removed chunk over Adobe's limits",
    ['P5'],
    /acme_0\/000001-0000\.csv\.gz: 100000001 bytes compressed/,
    ({ chunks, removeDelivered, database }) => {
      removeDelivered(chunks[1]!);
      database.prepare('UPDATE chunks SET gz_bytes = 100000001 WHERE path = ?').run(chunks[1]!.path);
    },
  ],
  [
    'another value in a row',
    ['P4'],
    /raw SHA-256 is/,
    ({ chunks, linesOf, writeLines }) =>
      writeLines(
        chunks[0]!.path,
        linesOf(chunks[0]!.path).map((line) => line.replace('home', 'base')),
      ),
  ],
  [
    'the same rows, zipped in another way',
    ['P4'],
    /gzip SHA-256 is/,
    ({ chunks, rawOf, writeBytes }) => writeBytes(chunks[0]!.path, gzipSync(rawOf(chunks[0]!), { level: 1 })),
  ],
  [
    'an idempotency key',
    ['P4'],
    /idempotency key is/,
    ({ database }) => database.exec("UPDATE chunks SET idempotency_key = 'k' WHERE lane = 'acme_1' AND slice = 1"),
  ],
  [
    'swapped rows, hashes updated',
    ['P3'],
    /acme_0\/000000-0000\.csv\.gz row 2: \d+ after \d+/,
    ({ chunks, linesOf, setLines }) => {
      const [header, first, second, ...rest] = linesOf(chunks[0]!.path) as [string, string, string];
      setLines(chunks[0]!, [header, second, first, ...rest]);
    },
  ],
  [
    'two chunks of a lane exchanged, hashes updated',
    ['P3'],
    /acme_0\/000001-0000\.csv\.gz row 1: \d+ after \d+/,
    ({ chunks, rawOf, rehash, database }) => {
      const [first, second] = [rawOf(chunks[0]!), rawOf(chunks[1]!)];
      rehash(chunks[0]!, gzipSync(second), second);
      rehash(chunks[1]!, gzipSync(first), first);
      const update = database.prepare('UPDATE chunks SET row_count = ?, streams = ?, sidecar = ? WHERE path = ?');
      const lanes = database.prepare('UPDATE lanes SET row_count = ? WHERE lane = ? AND slice = ?');
      for (const [from, to] of [
        [chunks[1]!, chunks[0]!],
        [chunks[0]!, chunks[1]!],
      ] as const) {
        update.run(from.row_count, JSON.stringify({ views: from.row_count }), from.sidecar, to.path);
        lanes.run(from.row_count, to.lane, to.slice);
      }
    },
  ],
  [
    "a row in another lane's file, hashes and counts updated",
    ['P2'],
    /acme_1\/\S+ row \d+: its visitor belongs to another lane/,
    ({ chunks, linesOf, setLines, writeLines, database }) => {
      const other = chunks.find(({ lane, slice }) => lane === 'acme_1' && slice === 0)!;
      const from = linesOf(chunks[0]!.path);
      const to = linesOf(other.path);
      const moved = from.at(-1)!;
      const place = to[0]!.split(',').findIndex((name) => name.toLowerCase() === 'timestamp');
      const time = (line: string): number => Number(line.split(',')[place]);
      const rest = [...to.slice(1), moved].sort((a, b) => time(a) - time(b));
      setLines(chunks[0]!, from.slice(0, -1));
      setLines(other, [to[0]!, ...rest]);
      const sidecar = linesOf(chunks[0]!.sidecar);
      writeLines(other.sidecar, [...linesOf(other.sidecar), sidecar.at(-1)!]);
      writeLines(chunks[0]!.sidecar, sidecar.slice(0, -1));
      const timesOf = (lines: readonly string[]) => [time(lines.at(1)!), time(lines.at(-1)!)];
      const update = database.prepare(
        'UPDATE chunks SET row_count = row_count + ?, streams = ?, first_time = ?, last_time = ? WHERE path = ?',
      );
      const lanes = database.prepare('UPDATE lanes SET row_count = row_count + ? WHERE lane = ? AND slice = 0');
      for (const [chunk, more] of [
        [chunks[0]!, -1],
        [other, 1],
      ] as const) {
        const streams = JSON.stringify({ views: chunk.row_count + more });
        update.run(more, streams, ...timesOf(linesOf(chunk.path)), chunk.path);
        lanes.run(more, chunk.lane);
      }
    },
  ],
  [
    'a missing reject line',
    ['P1'],
    /rows in rejects\/000000\.jsonl\.gz: 0, expected 1|rows in rejects\/000000\.jsonl\.gz: 1, expected 2/,
    ({ linesOf, writeBytes }) => {
      const lines = linesOf('rejects/000000.jsonl.gz').slice(1);
      writeBytes('rejects/000000.jsonl.gz', gzipSync(lines.map((line) => `${line}\n`).join('')));
    },
  ],
  [
    'a damaged reject file',
    ['P1'],
    /rejects\/000000/,
    ({ writeBytes }) => writeBytes('rejects/000000.jsonl.gz', Buffer.from('no gzip')),
  ],
  [
    'a sidecar without its last line',
    ['P1', 'P4'],
    /rows of stream views in all sidecars: 53, expected 54/,
    ({ chunks, linesOf, writeLines }) => writeLines(chunks[0]!.sidecar, linesOf(chunks[0]!.sidecar).slice(0, -1)),
  ],
  [
    "a row less in Adobe's receipt",
    ['P1'],
    /rows in Adobe's receipt for acme_0 000000-0000: \d+, expected \d+/,
    ({ database }) => {
      database.exec("UPDATE chunks SET state = 'uploaded' WHERE lane = 'acme_0' AND slice = 0");
      database.exec(
        "INSERT INTO receipts (lane, slice, part, source, received_at, row_count, invalid_rows, body) SELECT lane, slice, part, 'answer', 1, row_count - 1, 0, '' FROM chunks WHERE lane = 'acme_0' AND slice = 0",
      );
    },
  ],
  [
    'invalid rows that nobody recorded',
    ['P1'],
    /lost rows recorded for acme_0 000000-0000: 0, expected 2/,
    ({ database }) => {
      database.exec("UPDATE chunks SET state = 'partial' WHERE lane = 'acme_0' AND slice = 0");
      database.exec(
        "INSERT INTO receipts (lane, slice, part, source, received_at, row_count, invalid_rows, body) SELECT lane, slice, part, 'answer', 1, row_count, 2, '' FROM chunks WHERE lane = 'acme_0' AND slice = 0",
      );
    },
  ],
  [
    'a count of rows read',
    ['P1'],
    /rows of stream views in slice 1 \(hits \+ rejected \+ filtered\)/,
    ({ database }) =>
      database.exec(
        'PRAGMA ignore_check_constraints = ON; UPDATE stream_counts SET read_rows = read_rows + 1 WHERE slice = 1',
      ),
  ],
  [
    'a chunk that the ledger forgot',
    ['P1'],
    /rows of all chunks/,
    ({ database }) => database.exec("DELETE FROM chunks WHERE lane = 'acme_1' AND slice = 1"),
  ],
  [
    'a second gzip member, hashes updated',
    ['P5'],
    /2 gzip members/,
    ({ chunks, rawOf, rehash }) => {
      const raw = rawOf(chunks[0]!);
      rehash(chunks[0]!, Buffer.concat([gzipSync(raw.subarray(0, 100)), gzipSync(raw.subarray(100))]), raw);
    },
  ],
  [
    'a byte order mark, hashes updated',
    ['P5'],
    /byte order mark/,
    ({ chunks, rawOf, rehash }) => {
      const raw = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), rawOf(chunks[0]!)]);
      rehash(chunks[0]!, gzipSync(raw), raw);
    },
  ],
  [
    'a row with a field too many, hashes updated',
    ['P5'],
    /row 1 has \d+ fields/,
    ({ chunks, linesOf, setLines }) => {
      const [header, first, ...rest] = linesOf(chunks[0]!.path) as [string, string];
      setLines(chunks[0]!, [header, `${first},more`, ...rest]);
    },
  ],
  [
    'an uploaded chunk without a receipt',
    ['P1'],
    /^the ledger has acme_0 000000-0000 as uploaded, but not what says so$/,
    ({ database }) => database.exec("UPDATE chunks SET state = 'uploaded' WHERE lane = 'acme_0' AND slice = 0"),
  ],
  [
    'a chunk that Adobe answered for, without its answer, though a look-up before it is there',
    ['P1'],
    /^the ledger has acme_0 000000-0000 as uploaded, but not Adobe's answer to it$/,
    ({ database }) => {
      database.exec(`UPDATE chunks SET state = 'uploaded' WHERE ${firstChunk};
        INSERT INTO attempts (lane, slice, part, number, host, client_id, started_at, ended_at, outcome)
          VALUES ('acme_0', 0, 0, 1, 'adobe', 'acme', 1, 2, 'uploaded');
        INSERT INTO receipts (lane, slice, part, source, received_at, http_status, row_count, size, body)
          SELECT lane, slice, part, 'lookup', 1, 200, row_count, gz_bytes, '' FROM chunks WHERE ${firstChunk}`);
    },
  ],
  [
    'an uploaded chunk of which a look-up found nothing',
    ['P1'],
    /^the ledger has acme_0 000000-0000 as uploaded, but not what says so$/,
    ({ database }) =>
      database.exec(`UPDATE chunks SET state = 'uploaded' WHERE ${firstChunk};
        INSERT INTO attempts (lane, slice, part, number, host, client_id, started_at, ended_at, outcome)
          VALUES ('acme_0', 0, 0, 1, 'adobe', 'acme', 1, 2, 'unknown: no answer');
        INSERT INTO receipts (lane, slice, part, source, received_at, http_status, body)
          SELECT lane, slice, part, 'lookup', 1, 404, '' FROM chunks WHERE ${firstChunk}`),
  ],
  [
    'an uploaded chunk that a look-up found',
    [],
    /^$/,
    ({ database }) =>
      database.exec(`UPDATE chunks SET state = 'uploaded' WHERE ${firstChunk};
        INSERT INTO attempts (lane, slice, part, number, host, client_id, started_at, ended_at, outcome)
          VALUES ('acme_0', 0, 0, 1, 'adobe', 'acme', 1, 2, 'unknown: no answer');
        INSERT INTO receipts (lane, slice, part, source, received_at, http_status, row_count, size, body)
          SELECT lane, slice, part, 'lookup', 1, 200, row_count, gz_bytes, '' FROM chunks WHERE ${firstChunk}`),
  ],
  [
    'rows of a lane',
    ['P1'],
    /^chunks of acme_0 in slice 1: 1 with \d+ rows, sealed as 1 with \d+$/,
    ({ database }) => database.exec("UPDATE lanes SET row_count = row_count + 1 WHERE lane = 'acme_0' AND slice = 1"),
  ],
  [
    'chunks of a lane',
    ['P1'],
    /^chunks of acme_0 in slice 1: 1 with (\d+) rows, sealed as 0 with \1$/,
    ({ database }) => database.exec("UPDATE lanes SET chunk_count = 0 WHERE lane = 'acme_0' AND slice = 1"),
  ],
  [
    'the first time of a chunk',
    ['P3'],
    /^chunks\/acme_0\/000000-0000\.csv\.gz: first time is (\d+), sealed as (?!\1)\d+$/,
    ({ database }) => database.exec(`UPDATE chunks SET first_time = first_time + 1 WHERE ${firstChunk}`),
  ],
  [
    'the last time of a chunk',
    ['P3'],
    /^chunks\/acme_0\/000000-0000\.csv\.gz: last time is (\d+), sealed as (?!\1)\d+$/,
    ({ database }) => database.exec(`UPDATE chunks SET last_time = last_time - 1 WHERE ${firstChunk}`),
  ],
  [
    'the rows by stream of a chunk',
    ['P4'],
    /^chunks\/acme_0\/000000-0000\.csv\.gz: rows of views in the sidecar is \d+, sealed as 0; .*: rows of clicks in the sidecar is 0, sealed as 1$/,
    ({ database }) => database.exec(`UPDATE chunks SET streams = '{"clicks":1}' WHERE ${firstChunk}`),
  ],
  [
    'the sizes of a chunk, by which look-ups know it',
    ['P4'],
    /^chunks\/acme_0\/000000-0000\.csv\.gz: raw bytes is \d+, sealed as 7; .*: compressed bytes is \d+, sealed as 8$/,
    ({ database }) => database.exec(`UPDATE chunks SET raw_bytes = 7, gz_bytes = 8 WHERE ${firstChunk}`),
  ],
  [
    'the end of a slice',
    ['P3'],
    /^slice 1 begins at (\d+), the one before it ends at (?!\1)\d+$/,
    ({ database }) => database.exec('UPDATE slices SET to_time = to_time + 1 WHERE slice = 0'),
  ],
  [
    'the bounds of slices that their rows are not in',
    ['P3'],
    /chunks\/acme_0\/000000-0000\.csv\.gz: from \d+ to (\d+), its slice from \d+ to before \1/,
    ({ database, chunks }) => {
      const last = `(SELECT last_time FROM chunks WHERE ${firstChunk})`;
      expect(chunks[0]).toMatchObject({ lane: 'acme_0', slice: 0 });
      database.exec(`UPDATE slices SET to_time = ${last} WHERE slice = 0;
        UPDATE slices SET from_time = ${last} WHERE slice = 1`);
    },
  ],
  [
    'the home of a slice',
    ['P3'],
    /^the home of slice 1 begins at (\d+), the one before it ends at (?!\1)\d+$/,
    ({ database }) => database.exec('UPDATE slices SET home_to = home_to + 1 WHERE slice = 0'),
  ],
];

describe('verify', () => {
  it.each(damages)('finds damage: %s', async (_, broken, words, damage) => {
    const planted = plantIn(damage);
    try {
      const { promises } = await verify(planted.file, offline);
      const failed = promises.filter(({ holds }) => !holds);
      expect(failed.map(({ id }) => id)).toEqual(broken);
      if (failed.length > 0) expect(failed[0]!.detail).toMatch(words);
    } finally {
      planted.remove();
    }
  });

  it.each([
    ['chunk', ({ chunks }: Planted) => chunks[0]!.path],
    ['sidecar', ({ chunks }: Planted) => chunks[0]!.sidecar],
    ['rejects', () => 'rejects/000000.jsonl.gz'],
  ] as const)('calls no promise broken where the disk does not give the %s', async (_, pathIn) => {
    let path = '';
    const planted = plantIn((found) => {
      path = pathIn(found);
    });
    try {
      const file = join(planted.file, '..', 'work', path);
      rmSync(file);
      // Stands there, and cannot be opened: ELOOP.
      symlinkSync(file, file);
      await expect(verify(planted.file, offline)).rejects.toMatchObject({
        code: 'disk.failed',
        message: expect.stringContaining(`Cannot read ${file}: ELOOP`),
      });
    } finally {
      planted.remove();
    }
  });

  it('tells files that no record names, but none of a build that is going on', async () => {
    const work = (planted: { file: string }, path: string): string => join(planted.file, '..', 'work', path);
    const planted = plantIn(({ database, writeBytes, bytesOf, chunks }) => {
      const last = '(SELECT max(slice) FROM slices)';
      for (const table of ['chunks', 'lanes', 'stream_counts'])
        database.exec(`DELETE FROM ${table} WHERE slice = ${last}`);
      database.exec(`UPDATE slices SET sealed_at = NULL, rejects = NULL WHERE slice = ${last}`);
      // The first chunk of the second lane was built again.
      const [chunk] = chunks.filter(({ lane }) => lane === 'acme_1');
      const again = chunk!.path.replace('.csv', '.again2.csv');
      writeBytes(again, bytesOf(chunk!.path));
      database.prepare('UPDATE chunks SET path = ? WHERE path = ?').run(again, chunk!.path);
      for (const path of [
        'chunks/acme_0/000001-0000.csv.gz.tmp',
        'rejects/000001.jsonl.gz.tmp',
        'chunks/acme_0/.nfs01',
      ])
        writeBytes(path, Buffer.from('x'));
      for (const path of ['sidecars/acme_0/000000-0007.jsonl.gz', 'rejects/000001.jsonl.gz.old', 'chunks/readme.txt'])
        writeBytes(path, Buffer.from('x'));
    });
    try {
      const { promises, strays } = await verify(planted.file, offline);
      expectAllPromises(promises);
      expect(strays).toEqual({
        files: 4,
        first: [
          'chunks/readme.txt',
          'chunks/acme_1/000000-0000.csv.gz',
          'sidecars/acme_0/000000-0007.jsonl.gz',
          'rejects/000001.jsonl.gz.old',
        ],
      });
      mkdirSync(work(planted, 'chunks/acme_9'));
      const chunk = work(planted, 'chunks/acme_0/000000-0000.csv.gz');
      for (const copy of [
        'acme_0/000000-0009.csv.gz',
        'acme_0/copy of 000000-0000.csv.gz',
        'acme_9/000000-0000.csv.gz',
      ])
        cpSync(chunk, work(planted, `chunks/${copy}`));
      const [conservation] = (await verify(planted.file, offline)).promises;
      expect(conservation).toEqual({
        id: 'P1',
        holds: false,
        detail: ['acme_0/000000-0009.csv.gz', 'acme_0/copy of 000000-0000.csv.gz', 'acme_9/000000-0000.csv.gz']
          .map((name) => `chunks/${name} is no chunk of this migration: move it away before somebody uploads it`)
          .join('; '),
      });
    } finally {
      planted.remove();
    }
  });

  it('looks at what was sealed when it began, while another process seals the rest', async () => {
    const last = '(SELECT max(slice) FROM slices)';
    const tables = ['lanes', 'chunks', 'stream_counts'];
    const planted = plantIn(({ database }) => {
      for (const table of tables)
        database.exec(`CREATE TABLE later_${table} AS SELECT * FROM ${table} WHERE slice = ${last}`);
      for (const table of tables.toReversed()) database.exec(`DELETE FROM ${table} WHERE slice = ${last}`);
      database.exec(`CREATE TABLE later_slices AS SELECT * FROM slices WHERE slice = ${last}`);
      database.exec(`UPDATE slices SET sealed_at = NULL, rejects = NULL WHERE slice = ${last}`);
    });
    const sealRest = (): void => {
      const database = new Database(join(planted.file, '..', 'work', 'ledger.sqlite'));
      for (const table of tables) database.exec(`INSERT INTO ${table} SELECT * FROM later_${table}`);
      const seal = '(SELECT sealed_at, rejects FROM later_slices)';
      database.exec(`UPDATE slices SET (sealed_at, rejects) = ${seal} WHERE sealed_at IS NULL`);
      database.close();
    };
    const { signal } = new AbortController();
    let asked = 0;
    // Asked before each chunk that is read.
    signal.throwIfAborted = () => {
      asked += 1;
      if (asked === 1) sealRest();
    };
    try {
      const beside = await verify(planted.file, { ...offline, signal });
      expect(asked).toBeGreaterThan(1);
      expectAllPromises(beside.promises);
      expect(beside.promises[0]?.detail).not.toContain('60 rows read');
      const after = await verify(planted.file, offline);
      expect(after.promises[0]).toMatchObject({
        holds: true,
        detail: '60 rows read = 54 hits + 6 rejected + 0 filtered',
      });
    } finally {
      planted.remove();
    }
  });

  it.each(['row_count', 'row_count - 2'])(
    'takes Adobe’s count of rows with the lost ones or without: %s',
    async (rows) => {
      const planted = plantIn(({ database }) => {
        database.exec("UPDATE chunks SET state = 'partial' WHERE lane = 'acme_0' AND slice = 0");
        database.exec(
          `INSERT INTO receipts (lane, slice, part, source, received_at, row_count, invalid_rows, body) SELECT lane, slice, part, 'answer', 1, ${rows}, 2, '' FROM chunks WHERE lane = 'acme_0' AND slice = 0`,
        );
        database.exec(
          "INSERT INTO lost_rows (lane, slice, part, row_count, reason) SELECT lane, slice, part, 2, '' FROM chunks WHERE lane = 'acme_0' AND slice = 0",
        );
      });
      try {
        const { promises } = await verify(planted.file, offline);
        expectAllPromises(promises);
      } finally {
        planted.remove();
      }
    },
  );

  it.each([
    ['count: 2', 'count: 3', 'visitor groups'],
    ['prefix: acme', 'prefix: other', 'visitor groups'],
    ['reportSuiteID: acmedev', 'reportSuiteID: acmedev\n  suite: { seed: crm }', 'seed of visitors'],
  ])('proves nothing by lanes that were not built: %s, now %s', async (before, now, changed) => {
    const planted = plantIn(() => undefined);
    try {
      const migration = readFileSync(planted.file, 'utf8');
      expect(migration).toContain(before);
      writeFileSync(planted.file, migration.replace(before, now));
      await expect(verify(planted.file, offline)).rejects.toMatchObject({
        code: 'ledger.changed-job',
        message: expect.stringMatching(new RegExp(`changed: ${changed}$`)),
        next: 'undo the change',
      });
    } finally {
      planted.remove();
    }
  });

  it('counts a database again, exactly', async () => {
    const planted = plantIn(() => undefined);
    try {
      const proven = await verify(planted.file, { ...offline, source: true });
      expectAllPromises(proven.promises);
      expect(proven.promises[0]?.detail).toBe(
        '60 rows read = 54 hits + 6 rejected + 0 filtered; the source, counted again, agrees',
      );
      expect(proven.rows).toEqual({ read: 60, hits: 54, rejected: 6, filtered: 0 });
      const database = new Database(join(planted.file, '..', 'legacy.sqlite'));
      database.exec('DELETE FROM views WHERE id = 3');
      database.close();
      const { promises } = await verify(planted.file, { ...offline, source: true });
      expect(promises[0]).toMatchObject({ id: 'P1', holds: false });
      expect(promises[0]?.detail).toContain('the source has 59 rows of views, 60 when it was planned');
    } finally {
      planted.remove();
    }
  });

  it('reads files again: their rows and their content', async () => {
    const csv = `id,hit,page,visitor\n${rows.map(({ id, hit }) => `${id},${hit ?? ''},home,v${id}`).join('\n')}\n`;
    const files = csvFolder(csv, { range: '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }' });
    try {
      expect((await build(files.file, offline)).rows).toEqual({ read: 60, hits: 54, rejected: 6, filtered: 0 });
      expectAllPromises((await verify(files.file, { ...offline, source: true })).promises);
      writeFileSync(join(files.folder, 'rows.csv'), csv.replace('\n7,', '\n7777,'));
      const { promises } = await verify(files.file, { ...offline, source: true });
      expect(promises.filter(({ holds }) => !holds).map(({ detail }) => detail)).toEqual([
        'since it was planned, input file rows: rows.csv has other content',
      ]);
    } finally {
      files.remove();
    }
  });

  it('refuses the ledger of another migration, and one that is not there', async () => {
    const planted = plantIn(({ database }) => database.exec("UPDATE job SET migration_id = 'other'"));
    try {
      await expect(verify(planted.file, offline)).rejects.toMatchObject({ code: 'ledger.foreign' });
      rmSync(join(planted.file, '..', 'work'), { recursive: true });
      await expect(verify(planted.file, offline)).rejects.toMatchObject({ code: 'input.not-found' });
    } finally {
      planted.remove();
    }
  });
});
