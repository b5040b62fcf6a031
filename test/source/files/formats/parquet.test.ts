import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeEach, describe, expect, it } from 'vitest';
import { parquetReader } from '../../../../src/source/files/formats/parquet.ts';
import { openFiles } from '../../../../src/source/files/open-files.ts';
import { sourceContract } from '../../../contracts/source-contract.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';
import { whole } from '../../read-rows.ts';
import { openFileCount } from '../open-file-count.ts';
import { readStream, stream } from '../read-stream.ts';

const files = { hits: { format: 'parquet' } } as const;

/** Writes the result of a query; `path` is below `folder`. */
async function write(folder: string, path: string, query: string, compression = 'zstd'): Promise<void> {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const target = join(folder, path).replaceAll("'", "''");
  await connection.run(
    `COPY (${query}) TO '${target}' (FORMAT parquet, COMPRESSION ${compression}, ROW_GROUP_SIZE 4096)`,
  );
  connection.closeSync();
  instance.closeSync();
}

sourceContract('Parquet files', { ranges: false, isolation: false }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bdia-parquet-'));
  const rows: string[][] = [];
  for (const name of ['a.parquet', 'b.parquet']) {
    await write(
      folder,
      name,
      `SELECT 9007199254740993 + i AS id, 'Gr\u{FC}\u{DF}e ' || i AS title FROM range(6000) t(i) ORDER BY i`,
    );
    for (let n = 0; n < 6000; n++) {
      rows.push([String(9007199254740993n + BigInt(n)), `Gr\u{FC}\u{DF}e ${n}`, name, String(n + 1)]);
    }
  }
  const source = await openFiles({ paths: { hits: [folder] }, files });
  // What the engine itself keeps open once it has been used is not the source's.
  await source.snapshot(async (reader) => {
    for await (const _ of reader.read(stream, whole)) break;
  });
  const before = openFileCount();
  return {
    source,
    stream,
    columns: ['id', 'title', '#file', '#line'],
    rows,
    openHandles: () => openFileCount() - before,
    remove: () => rmSync(folder, { recursive: true }),
  };
});

describe('parquetReader', () => {
  let folder: string;
  beforeEach((context) => {
    folder = scratchFolder(context);
  });

  const read = async (...patterns: string[]) =>
    readStream(await openFiles({ paths: { hits: patterns.map((pattern) => join(folder, pattern)) }, files }));

  it.each<[string, string | Uint8Array | null]>([
    ['9223372036854775807::BIGINT', '9223372036854775807'],
    ['18446744073709551615::UBIGINT', '18446744073709551615'],
    ['-7::TINYINT', '-7'],
    ['1.10::DECIMAL(9, 2)', '1.10'],
    ['12345678901234567890.1234567890::DECIMAL(38, 10)', '12345678901234567890.1234567890'],
    ['-0.5::DECIMAL(3, 3)', '-0.500'],
    ["'0.12345678901234567890123456789012345678'::DECIMAL(38, 38)", '0.12345678901234567890123456789012345678'],
    ["TIMESTAMP '2015-03-01 10:00:00'", '2015-03-01 10:00:00'],
    ["TIMESTAMP '1969-12-31 23:59:59.123456'", '1969-12-31 23:59:59.123456'],
    ["TIMESTAMP_NS '2015-03-01 10:00:00.123456789'", '2015-03-01 10:00:00.123456789'],
    ["TIMESTAMPTZ '2015-03-01 10:00:00+02'", '2015-03-01 08:00:00+00'],
    ["DATE '2015-03-01'", '2015-03-01'],
    ['true', 'true'],
    ['0.1::FLOAT', '0.1'],
    ['0.1::DOUBLE', '0.1'],
    ['1e21::DOUBLE', '1000000000000000000000.0'],
    ['1e-9::FLOAT', '0.000000001'],
    ["''", ''],
    ["'a,\u{1F600}\"'", 'a,\u{1F600}"'],
    ['NULL::VARCHAR', null],
    ["'\\xCA\\xFE'::BLOB", Buffer.from([0xca, 0xfe])],
    ['[1, NULL, 9007199254740993]', '[1,null,9007199254740993]'],
    [
      "{'id': 9007199254740993, 'price': 1.10::DECIMAL(9, 2), 'at': DATE '2015-03-01'}",
      '{"id":9007199254740993,"price":"1.10","at":"2015-03-01"}',
    ],
    ["{'v': 'nan'::DOUBLE, 'tx': 'T1'}", '{"v":"nan","tx":"T1"}'],
    ["['inf'::FLOAT, '-inf'::FLOAT, 1e21::DOUBLE]", '["inf","-inf","1e+21"]'],
    ["{'p': 19.99::FLOAT, 'double': 0.1::DOUBLE, 'FLOAT': 1}", '{"p":"19.99","double":"0.1","FLOAT":1}'],
    ["[{'key': 'a', 'value': 'b'}]", '[{"key":"a","value":"b"}]'],
    ["MAP {'k': 1}", '{"k":1}'],
    ["[{'DECIMAL(9, 2)': 12345678901234.5678::DECIMAL(18, 4)}]", '[{"DECIMAL(9, 2)":"12345678901234.5678"}]'],
  ])('gives %s as %j', async (value, expected) => {
    await write(folder, 'a.parquet', `SELECT ${value} AS x`);
    expect((await read('a.parquet')).rows).toEqual([[expected, 'a.parquet', '1']]);
  });

  it.each(['snappy', 'zstd', 'gzip', 'lz4', 'uncompressed'])('reads %s', async (compression) => {
    await write(folder, 'a.parquet', `SELECT i AS id FROM range(5000) t(i) ORDER BY i`, compression);
    const { rows } = await read('a.parquet');
    expect([rows.length, rows.at(-1)]).toEqual([5000, ['4999', 'a.parquet', '5000']]);
  });

  it('takes a path as it is written, and no columns from folders', async () => {
    await write(folder, "day=1/it's [1]*.parquet", 'SELECT 1 AS id');
    await write(folder, "day=1/it's 1x.parquet", 'SELECT 2 AS id');
    const { columns, rows, files: found } = await read("day=1/it's [1]*.parquet");
    expect(columns).toEqual(['id', '#file', '#line']);
    expect(rows).toEqual([['1', "it's [1]*.parquet", '1']]);
    expect(found[0]?.size).toBe(readFileSync(join(folder, "day=1/it's [1]*.parquet")).length);
  });

  it('quotes the names of columns', async () => {
    await write(folder, 'a.parquet', 'SELECT 1 AS "a ""b"".c", 2 AS "select"');
    expect((await read('a.parquet')).columns).toEqual(['a "b".c', 'select', '#file', '#line']);
  });

  it('refuses what is no Parquet, other columns, and what is cut off', async () => {
    await write(folder, 'a.parquet', 'SELECT 1 AS id');
    await write(folder, 'b.parquet', 'SELECT 1 AS no');
    writeFileSync(join(folder, 'c.parquet'), 'id\n1\n');
    writeFileSync(join(folder, 'd.parquet'), readFileSync(join(folder, 'a.parquet')).subarray(0, 60));
    writeFileSync(join(folder, 'e.parquet'), '');
    await expect(read('a.parquet', 'b.parquet')).rejects.toMatchObject({
      code: 'input.invalid',
      message: 'File b.parquet has another header than the first file of its set: without id and with no',
    });
    for (const name of ['c', 'd', 'e']) {
      await expect(read(`${name}.parquet`)).rejects.toMatchObject({
        code: 'input.invalid',
        message: expect.stringContaining(`File ${name}.parquet cannot be read as Parquet: `),
      });
    }
  });

  it('gives what holds bytes as bytes, since JSON would have codes in place of their characters', async () => {
    await write(
      folder,
      'a.parquet',
      "SELECT [{'name': 'Gr\\xC3\\xBC\\xC3\\x9Fe'::BLOB}] AS old, {'BLOB': 'text'} AS new",
    );
    const [row] = (await read('a.parquet')).rows;
    expect(row?.slice(0, 2)).toEqual([expect.any(Uint8Array), '{"BLOB":"text"}']);
  });

  it('names the columns of which it gives fewer digits than their files hold', async () => {
    await write(folder, 'a.parquet', "SELECT TIMESTAMP_NS '2015-03-01 10:00:00.123456789' AS at");
    const shortened = async (path: string) => {
      const source = await openFiles({ paths: { hits: [path] }, files });
      return (await source.shortened?.(stream))?.map(({ column }) => column);
    };
    const hostile = join(import.meta.dirname, '../hostile');
    expect(await shortened(join(folder, 'a.parquet'))).toEqual([]);
    expect(await shortened(join(hostile, 'nanoseconds.parquet'))).toEqual(['instant']);
    expect(await shortened(join(hostile, 'int96.parquet'))).toEqual(['at']);
  });

  it('says what to install where the engine is missing', async () => {
    const reader = parquetReader(async () => {
      throw new Error("Cannot find package '@duckdb/node-api'\nRequire stack: …");
    });
    await expect(reader.columns([{ path: join(folder, 'a.parquet'), name: 'a.parquet' }])).rejects.toMatchObject({
      code: 'input.invalid',
      message: "Parquet files need the package @duckdb/node-api: Cannot find package '@duckdb/node-api'",
      next: 'Install it beside this program: npm install @duckdb/node-api@1.5.6-r.1',
    });
  });
});
