import { createCipheriv, createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FileSetSpec } from '../../../src/config/mapping-schema.ts';
import type { MigrationError } from '../../../src/domain/error.ts';
import { openFiles } from '../../../src/source/files/open-files.ts';
import { createFileQueries } from '../../../src/source/files/query-files.ts';
import { sourceContract } from '../../contracts/source-contract.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { whole } from '../read-rows.ts';
import { openFileCount } from './open-file-count.ts';
import { readStream } from './read-stream.ts';

sourceContract('A query over files', { ranges: false, isolation: false }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bdia-query-'));
  let hits = 'id;page\r\n';
  let pages = '';
  const rows: string[][] = [];
  for (let n = 0; n < 5000; n++) {
    const id = String(9007199254740993n + BigInt(n));
    hits += `${id};${n % 7}\n`;
    rows.push([id, `Gr\u{FC}\u{DF}e ${n % 7}`, String(n + 2)]);
  }
  for (let n = 0; n < 7; n++) pages += `{"page": ${n}, "title": "Gr\\u00FC\u{DF}e ${n}"}\n`;
  writeFileSync(join(folder, 'hits.csv'), hits);
  writeFileSync(join(folder, 'pages.jsonl'), gzipSync(pages));
  const source = await openFiles({
    paths: { hits: [join(folder, 'hits.csv')], pages: [join(folder, 'pages.jsonl')] },
    files: { hits: { format: 'csv', delimiter: ';' }, pages: { format: 'jsonl' } },
    scratch: { folder: join(folder, 'spool'), memoryBytes: 128e6 },
  });
  const stream = {
    stream: 'views',
    query: `SELECT h.id, p.json->>'title' AS title, h."#line" AS line
      FROM hits h JOIN pages p ON p.json->>'page' = h.page`,
  };
  // What the engine itself keeps open once it has been used is not the source's.
  await source.snapshot(async (reader) => {
    for await (const _ of reader.read(stream, whole)) break;
  });
  const before = openFileCount();
  return {
    source,
    stream,
    columns: ['id', 'title', 'line'],
    rows,
    openHandles: () => openFileCount() - before,
    remove: () => rmSync(folder, { recursive: true }),
  };
});

describe('a query over files', () => {
  let folder: string;
  beforeEach((context) => {
    folder = scratchFolder(context);
  });

  const csv = { format: 'csv' } as const;
  const put = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, name), text);
  const open = (sets: Readonly<Record<string, FileSetSpec>>) =>
    openFiles({
      paths: Object.fromEntries(Object.keys(sets).map((set) => [set, [`${folder}/${set}.*`]])),
      files: sets,
      scratch: { folder: join(folder, 'spool'), memoryBytes: 128e6 },
    });
  const ask = async (
    sets: Readonly<Record<string, FileSetSpec>>,
    query: string,
    parameters: Readonly<Record<string, string | bigint>> = {},
  ) => {
    return readStream(await open(sets), { stream: 'views', query, parameters });
  };
  const refused = async (...asked: Parameters<typeof ask>): Promise<MigrationError> =>
    ask(...asked).then(
      () => expect.unreachable('nothing was thrown'),
      (error: MigrationError) => error,
    );

  it('has every CSV column as text, whatever it looks like', async () => {
    put('hits.csv', 'id,"my ""day""",yes,empty\r\n012,2015-03-01,true,\n9007199254740993,"a\nb",1e3,""\r\n');
    const { columns, rows } = await ask({ hits: csv }, 'SELECT *, typeof(id) AS t, empty IS NULL AS e FROM hits');
    expect(columns).toEqual(['id', 'my "day"', 'yes', 'empty', '#file', '#line', 't', 'e']);
    expect(rows).toEqual([
      ['012', '2015-03-01', 'true', null, 'hits.csv', '2', 'VARCHAR', 'true'],
      ['9007199254740993', 'a\nb', '1e3', null, 'hits.csv', '3', 'VARCHAR', 'true'],
    ]);
  });

  it('has JSON lines as they are written, and gives 64-bit integers digit by digit', async () => {
    put(
      'events.jsonl',
      '{"id":  9007199254740993, "price":1.10,"items":[{"n":12345678901234567890}]}\n\n{"id":null}\n',
    );
    const { columns, rows } = await ask(
      { events: { format: 'jsonl' } },
      `SELECT json, json->>'id' AS id, CAST(json->>'id' AS BIGINT) + 1 AS next, json->'items' AS items FROM events`,
    );
    expect(columns).toEqual(['json', 'id', 'next', 'items']);
    expect(rows).toEqual([
      [
        '{"id":  9007199254740993, "price":1.10,"items":[{"n":12345678901234567890}]}',
        '9007199254740993',
        '9007199254740994',
        '[{"n":12345678901234567890}]',
      ],
      ['{"id":null}', null, null, null],
    ]);
  });

  it('has Parquet with its own types', async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    await connection.run(`COPY (SELECT 9007199254740993 AS id, 1.10::DECIMAL(10,2) AS price, TIMESTAMP '2015-03-01 10:00:00.123456' AS "at",
      [{'sku': 'a', 'price': 1.10::DECIMAL(10,2)}] AS items, 'x'::BLOB AS bytes) TO '${folder}/hits.[1].parquet' (FORMAT parquet)`);
    connection.closeSync();
    instance.closeSync();
    const { rows, files } = await ask(
      { hits: { format: 'parquet' } },
      `SELECT id + 1 AS id, price * 2 AS p, "at" + INTERVAL 1 DAY AS "at", items, bytes, typeof(id) AS t FROM hits`,
    );
    expect(rows).toEqual([
      [
        '9007199254740994',
        '2.20',
        '2015-03-02 10:00:00.123456',
        '[{"sku":"a","price":"1.10"}]',
        Buffer.from('x'),
        'BIGINT',
      ],
    ]);
    expect(files.map(({ path, size }) => [path, size > 100])).toEqual([['hits.[1].parquet', true]]);
  });

  describe('over Parquet files with different types', () => {
    const parquet = { hits: { format: 'parquet' } } as const;
    const write = async (...queries: readonly string[]) => {
      const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
      const connection = await instance.connect();
      for (const [at, query] of queries.entries())
        await connection.run(`COPY (${query}) TO '${folder}/hits.${at}.parquet' (FORMAT parquet)`);
      connection.closeSync();
      instance.closeSync();
    };

    it.each([
      ['1 AS x', '1.5::DOUBLE AS x', 'x as DOUBLE, files before it in its set have INTEGER'],
      ['1 AS x', "'012' AS x", 'x as VARCHAR, files before it in its set have INTEGER'],
      ['1.5::DOUBLE AS x', '9007199254740993 AS x', 'x as BIGINT, files before it in its set have DOUBLE'],
      ['true AS x', '7 AS x', 'x as INTEGER, files before it in its set have BOOLEAN'],
      [
        "TIMESTAMP '2015-03-01 10:00:00' AS x",
        "TIMESTAMP_NS '2015-03-01 10:00:00.123456789' AS x",
        'x as TIMESTAMP_NS, files before it in its set have TIMESTAMP',
      ],
      [
        '1.10::DECIMAL(9, 2) AS x',
        '1.1055::DECIMAL(9, 4) AS x',
        'x as DECIMAL(9,4), files before it in its set have DECIMAL(9,2)',
      ],
      ["{'a': [1]} AS x", "{'a': ['1']} AS x", 'x.a.list.element as VARCHAR, files before it in its set have INTEGER'],
    ])('refuses %s beside %s, which would be changed without a word', async (one, other, says) => {
      await write(`SELECT ${one}`, `SELECT ${other}`);
      const error = await refused(parquet, 'SELECT x FROM hits');
      expect([error.code, error.message]).toEqual(['input.invalid', `File hits.1.parquet has ${says}`]);
      expect(error.next).toContain('a file set of their own');
    });

    it('takes wider integers and decimals, and structs that have grown, as they are', async () => {
      await write(
        "SELECT 1::TINYINT AS n, {'a': 1} AS s, 1.10::DECIMAL(9, 2) AS d",
        "SELECT 18446744073709551615::UBIGINT AS n, {'a': 2, 'b': 'x'} AS s, 12345678901234567.10::DECIMAL(30, 2) AS d",
        "SELECT -9223372036854775808 AS n, {'b': 'y', 'a': 3} AS s, 3.00::DECIMAL(4, 2) AS d",
      );
      expect((await ask(parquet, 'SELECT n, s, d FROM hits')).rows).toEqual([
        ['1', '{"a":1,"b":null}', '1.10'],
        ['18446744073709551615', '{"a":2,"b":"x"}', '12345678901234567.10'],
        ['-9223372036854775808', '{"a":3,"b":"y"}', '3.00'],
      ]);
    });

    it('takes a column that never has a value in one file as what it is in the others', async () => {
      await write("SELECT 1 AS id, '012' AS empty");
      copyFileSync(join(import.meta.dirname, 'hostile/never-a-value.parquet'), join(folder, 'hits.a.parquet'));
      copyFileSync(join(import.meta.dirname, 'hostile/never-a-value.parquet'), join(folder, 'hits.-.parquet'));
      const { rows } = await ask(parquet, 'SELECT empty FROM hits');
      expect(rows).toEqual([[null], ['012'], [null]]);
    });
  });

  it('refuses sets with columns that differ in case alone, of which SQL would read one for both', async () => {
    copyFileSync(join(import.meta.dirname, 'hostile/names-in-two-cases.parquet'), join(folder, 'hits.parquet'));
    put('other.csv', 'id,Id\n1,2\n');
    for (const [sets, set, names] of [
      [{ hits: { format: 'parquet' } }, 'hits', 'id, ID'],
      [{ other: csv }, 'other', 'id, Id'],
    ] as const) {
      const error = await refused(sets, `SELECT id FROM ${set}`);
      expect([error.code, error.message]).toEqual([
        'input.invalid',
        `File set ${set} has columns that a query cannot tell apart, since SQL knows no case: ${names}`,
      ]);
    }
  });

  it('keeps a byte order mark that a text begins with', async () => {
    put('hits.csv', 'id,text\n1,\uFEFFa\n2,\uFEFF\uFEFFb\n');
    expect((await ask({ hits: csv }, 'SELECT text FROM hits')).rows).toEqual([['\uFEFFa'], ['\uFEFF\uFEFFb']]);
  });

  it('gives words of an ENUM in a struct as they are', async () => {
    put('hits.csv', 'id\n1\n');
    const query = `SELECT {'kind': 'DOUBLE'::ENUM('DOUBLE', 'a'), 'n': 1.5} AS s FROM hits`;
    expect((await ask({ hits: csv }, query)).rows).toEqual([['{"kind":"DOUBLE","n":"1.5"}']]);
  });

  it('gives a list with NaN and floats as JSON, float by float as its shortest digits', async () => {
    put('hits.csv', 'id\n1\n');
    const query = `SELECT id, {'v': CAST('nan' AS DOUBLE), 'p': CAST(19.99 AS FLOAT)} AS s FROM hits`;
    expect((await ask({ hits: csv }, query)).rows).toEqual([['1', '{"v":"nan","p":"19.99"}']]);
  });

  it('has every other format, charset and packing that rows have', async () => {
    put('old.csv', Buffer.from('id;n\n1;Gr\xFC\xDFe\n', 'latin1'));
    put('log.gz', gzipSync('10.0.0.1 - - [01/Mar/2015:10:00:00 +0000] "GET /a HTTP/1.1" 200 1\n'));
    put('iis.log', '#Fields: date cs-uri-stem\n2015-03-01 /b\n');
    const { rows } = await ask(
      {
        old: { format: 'csv', delimiter: ';', charset: 'windows-1252' },
        log: { format: 'lines', pattern: 'common' },
        iis: { format: 'w3c' },
      },
      'SELECT n, path, iis."cs-uri-stem" AS stem FROM old, log, iis',
    );
    expect(rows).toEqual([['Gr\u{FC}\u{DF}e', '/a', '/b']]);
  });

  it('gives what is no row as faults, by file and line', async () => {
    put('hits.csv', 'id,n\n1,a\n2\n3,c,d\n4,e\n');
    put('events.jsonl', '{"id":1}\nnonsense\n{"id":"\\ud83d"}\n{"id":"\\\\ud83d"}\n{"id":7,"id":8}\n');
    const { rows, faults } = await ask(
      { hits: csv, events: { format: 'jsonl' } },
      `SELECT id FROM hits UNION ALL SELECT json->>'id' FROM events`,
    );
    expect(rows).toEqual([['1'], ['4'], ['1'], ['\\ud83d']]);
    expect(faults.map(({ key, reason }) => [...key, reason])).toEqual([
      ['hits.csv', '3', 'too few fields'],
      ['hits.csv', '4', 'too many fields'],
      ['events.jsonl', '2', 'no JSON'],
      ['events.jsonl', '5', 'a member twice, with two values'],
      ['events.jsonl', '3', 'half of a UTF-16 pair'],
    ]);
  });

  it('tells size and digest of every file of the sets that it names, and of no other', async () => {
    put('hits.a.csv', 'id\n1\n');
    put('hits.b.csv', 'id\n2\n');
    put('other.csv', 'id\n3\n');
    const { files } = await ask({ hits: csv, other: csv }, 'SELECT id FROM Hits -- another one');
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(files).toEqual([
      { set: 'hits', path: 'hits.a.csv', size: 5, sha256: sha256('id\n1\n') },
      { set: 'hits', path: 'hits.b.csv', size: 5, sha256: sha256('id\n2\n') },
    ]);
  });

  it('binds texts and integers, and leaves strings, casts and comments alone', async () => {
    put('hits.csv', 'id,n\n1,:site\n2,b\n');
    const query = `SELECT id::BIGINT + :add AS id, ':site' AS s, :text AS text FROM hits /* :no */ WHERE n <> :text;\n`;
    const { rows } = await ask({ hits: csv }, query, { add: 9007199254740992n, text: "b'" });
    expect(rows).toEqual([
      ['9007199254740993', ':site', "b'"],
      ['9007199254740994', ':site', "b'"],
    ]);
  });

  it('sorts more than its memory on disk, and leaves nothing there', async () => {
    const text = 'x'.repeat(500);
    const lines = Array.from({ length: 200_000 }, (_, n) => `${(n * 7919) % 200_000},${text}${n}`);
    put('hits.csv', `id,text\n${lines.join('\n')}\n`);
    const source = await open({ hits: csv });
    let count = 0;
    let last = -1;
    await source.snapshot(async (reader) => {
      const query = 'SELECT CAST(id AS INTEGER) AS id, text FROM hits ORDER BY CAST(id AS INTEGER)';
      for await (const { rows } of reader.read({ stream: 'views', query }, whole)) {
        for (const [id] of rows) {
          if (Number(id) !== last + 1) expect.unreachable(`${id} after ${last}`);
          last = Number(id);
          count++;
        }
      }
    });
    expect(count).toBe(200_000);
    expect(readdirSync(join(folder, 'spool'))).toEqual([]);
  }, 60_000);

  it.each([
    ['its tables', 20e6, 'as tables', 'SELECT id FROM hits'],
    [
      'what it puts aside',
      150e6,
      "'max_temp_directory_size'|offload",
      'SELECT * FROM hits ORDER BY text || repeat(id, 9)',
    ],
  ])(
    'stops where %s need more than their share of the disk, and leaves nothing there',
    async (_, diskBytes, says, query) => {
      // Nothing that compresses well.
      const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
        Buffer.alloc(198 * 300_000),
      );
      const text = noise.toString('base64');
      const lines = Array.from({ length: 300_000 }, (_, n) => `${n},${text.slice(264 * n, 264 * (n + 1))}`);
      put('hits.csv', `id,text\n${lines.join('\n')}\n`);
      const source = await openFiles({
        paths: { hits: [`${folder}/hits.csv`] },
        files: { hits: csv },
        scratch: { folder: join(folder, 'spool'), memoryBytes: 128e6, diskBytes },
      });
      const reading = source.snapshot(async (reader) => {
        for await (const _ of reader.read({ stream: 'views', query }, whole));
      });
      await expect(reading).rejects.toMatchObject({
        code: 'disk.failed',
        message: expect.stringMatching(`^The query of stream views needs more than disk.spool allows: .*(${says})`),
        next: expect.stringContaining('Raise disk.spool'),
      });
      expect(readdirSync(join(folder, 'spool'))).toEqual([]);
    },
    60_000,
  );

  it('is stopped by its signal while the engine computes', async () => {
    put('hits.csv', 'id\n1\n2,2\n');
    const query = 'SELECT max(md5(CAST(i AS VARCHAR))) AS m FROM hits, range(1000000000000) AS r(i)';
    const stopping = new AbortController();
    const source = await open({ hits: csv });
    const reading = source.snapshot(async (reader) => {
      for await (const { faults } of reader.read({ stream: 'views', query }, whole, stopping.signal)) {
        // The last thing that is told before the computing, which takes for ever, begins.
        if (faults !== undefined) setImmediate(() => stopping.abort(new Error('enough')));
      }
    });
    await expect(reading).rejects.toThrow('enough');
    expect(readdirSync(join(folder, 'spool'))).toEqual([]);
  });

  it('makes nothing on disk to tell the columns', async () => {
    put('hits.csv', 'id\n1\n');
    await (await open({ hits: csv })).columns({ stream: 'views', query: 'SELECT id FROM hits' });
    expect(existsSync(join(folder, 'spool'))).toBe(false);
  });

  it.each([
    ['SELECT idd FROM hits', 'source.query', /stream views is refused: Binder Error: .*"idd" not found/],
    ['SELEC id FROM hits', 'source.query', /stream views is refused: Parser Error: syntax error at or near "SELEC"/],
    ['SELECT h.id FROM hits h, other', 'source.query', /Table with name other does not exist/],
    ["SELECT CAST(id || 'x' AS INTEGER) AS n FROM hits", 'source.query', /Conversion Error.*'1x'/],
    ['SELECT id, id FROM hits', 'input.invalid', /stream views has more than one column named id/],
    ['SELECT 1 AS id', 'input.invalid', /stream views names no file set/],
    ['SELECT 1 AS id FROM hits_2', 'input.invalid', /stream views names no file set/],
    ['SELECT 1; SELECT id FROM hits', 'input.invalid', /stream views is not one SELECT/],
    ['DELETE FROM hits', 'input.invalid', /stream views is not one SELECT/],
    ["COPY hits TO 'x.csv'", 'source.query', /file system operations are disabled/],
    ["SELECT * FROM hits, read_text('/etc/hostname')", 'source.query', /file system operations are disabled/],
    ["SELECT * FROM hits, 'hits.csv'", 'source.query', /Error: /],
    ["SELECT * FROM hits, read_csv('https://x.invalid/a.csv')", 'source.query', /Error: /],
  ])('refuses %s', async (query, code, message) => {
    put('hits.csv', 'id\n1\n');
    const error = await refused({ hits: csv }, query);
    expect([error.code, error.message.replaceAll('\n', ' ')]).toEqual([code, expect.stringMatching(message)]);
    expect(error.next).not.toBeNull();
  });

  it('says how to get the engine where it is missing', async () => {
    const set = { name: 'hits', ...csv, reader: {} as never, files: [], columns: async () => ['id'] };
    const queries = createFileQueries({
      sets: [set],
      scratch: { folder, memoryBytes: 128e6 },
      load: async () => {
        throw new Error("Cannot find package '@duckdb/node-api'");
      },
    });
    await expect(queries.columns({ stream: 'views', query: 'SELECT id FROM hits' })).rejects.toMatchObject({
      code: 'input.invalid',
      message: "Queries over files need the package @duckdb/node-api: Cannot find package '@duckdb/node-api'",
      next: expect.stringContaining('npm install @duckdb/node-api'),
    });
  });
});
