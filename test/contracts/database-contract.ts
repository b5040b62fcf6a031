import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Source, StreamQuery, WindowColumn } from '../../src/source/source.ts';
import { readRows, whole } from '../source/read-rows.ts';
import { spansOf } from '../source/spans.ts';

/** An empty database. */
export interface DatabaseFixture {
  readonly source: Source;
  readonly run: (statements: string) => unknown;
  remove(): void | Promise<void>;
}

type WindowType = WindowColumn['type'];

/** Values in SQL; the grain; rows by span. */
const counts: readonly (readonly [type: WindowType, values: string, grain: number, spans: string])[] = [
  ['s', '-1, 0, 59, 60, 61, NULL', 60, 'null: 1, -60: 1, 0: 2, 60: 2'],
  ['ms', '-1, 999, 1000, 1999', 1, '-1: 1, 0: 1, 1: 2'],
  ['us', '1425204000000000, 1425204059999999, 1425204060000000', 60, '1425204000: 2, 1425204060: 1'],
  ['ns', '1425204000000000001, -1', 86_400, '-86400: 1, 1425168000: 1'],
  ['date', "'2015-03-01', '2015-03-01', '2015-03-02', '', NULL", 86_400, 'null: 2, 1425168000: 2, 1425254400: 1'],
  [
    'iso',
    "'2015-03-01T10:00:00Z', '2015-03-01T10:00:59.9Z', '2015-03-01T10:01:00Z', ''",
    60,
    'null: 1, 1425204000: 2, 1425204060: 1',
  ],
  [
    'datetime',
    "'2015-03-01 10:00:00', '2015-03-01 10:59:59', '2015-03-01 13:00:00', 'soon'",
    7_200,
    'null: 1, 1425204000: 2, 1425211200: 1',
  ],
  ['datetime', "'2015-03-01 10:00:00.1', '2015-03-01 10:00:01'", 1, '1425204000: 1, 1425204001: 1'],
  [
    'datetime',
    "'2015-03-01 10:00:00', '2015-03-01 10:00', '2015-03-01', '2015-03-01T10:00'",
    3_600,
    'null: 3, 1425204000: 1',
  ],
];

/** 2015-03-01 10:00 and 2016-01-01; values before, between and after them. */
const cuts = [1425204000, 1451606400] as const;
const homes: readonly (readonly [type: WindowType, before: string[], between: string[], after: string[]])[] = [
  ['s', ['-9223372036854775808', '1425203999'], ['1425204000'], ['1451606400', '9223372036854775807']],
  ['ms', ['0', '1425203999999'], ['1425204000000'], ['1451606400000', '9223372036854775807']],
  ['us', ['-1', '1425203999999999'], ['1425204000000000'], ['1451606400000000']],
  ['ns', ['-9223372036854775808', '1425203999999999999'], ['1425204000000000000'], ['1451606400000000000']],
  [
    'datetime',
    ['', '2015-03-01 09:59:59.999'],
    ['2015-03-01 10:00:00', '2015-12-31 23:59:59'],
    ['2016-01-01 00:00:00', 'never'],
  ],
  ['date', ['', '2015-02-28', '2015-03-01'], ['2015-03-02', '2015-12-31'], ['2016-01-01', '9999-12-31']],
  ['iso', ['', '2015-03-01T09:59:59.999Z'], ['2015-03-01T10:00:00.000Z'], ['2016-01-01T00:00:00Z', 'never']],
];

/**
 * What a source of every SQL database must do. `quote` is how the engine writes an odd name, `types` are columns that a
 * window may have.
 */
export function databaseContract(
  name: string,
  { quote, types }: { readonly quote: string; readonly types: Readonly<Record<WindowType, string>> },
  make: () => Promise<DatabaseFixture>,
): void {
  describe(`${name} as a database`, () => {
    let fixture: DatabaseFixture;
    let source: Source;
    const run = async (statements: string) => fixture.run(statements.replaceAll('"', quote));
    beforeAll(async () => {
      fixture = await make();
      source = fixture.source;
    });
    afterAll(async () => {
      await source.close();
      await fixture.remove();
    });

    it('binds variables as values, never as SQL', async () => {
      await run(`CREATE TABLE named (id BIGINT, name VARCHAR(40));
        INSERT INTO named VALUES (9007199254740993, ''' OR 1=1 -- '), (2, 'b')`);
      const query = 'SELECT id, name FROM named WHERE id = :id OR name = :name';
      const parameters = { id: 9007199254740993n, name: "' OR 1=1" };
      expect(await readRows(source, { stream: 'hits', query, parameters })).toEqual([
        ['9007199254740993', "' OR 1=1 -- "],
      ]);
    });

    it.each(['site', 'constructor'])('refuses the variable :%s, which has no value', async (variable) => {
      const stream = { stream: 'hits', query: `SELECT :${variable} AS x`, parameters: { other: 'x' } };
      await expect(readRows(source, stream)).rejects.toMatchObject({
        code: 'input.invalid',
        message: expect.stringContaining(variable),
        next: expect.any(String),
      });
    });

    describe('says what is wrong with a query', () => {
      beforeAll(() => run('CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (7)'));

      it.each<[string, Partial<StreamQuery>, code: string, says: RegExp]>([
        ['a table that is not there', { query: 'SELECT a FROM nowhere' }, 'source.query', /stream hits .*nowhere/i],
        ['a column that is not there', { query: 'SELECT missing FROM t' }, 'source.query', /stream hits .*missing/i],
        ['what is no SQL', { query: 'SELECT a FROM WHERE' }, 'source.query', /stream hits .*syntax/i],
        [
          'names that repeat',
          { query: 'SELECT a, a, 1 AS x, 2 AS x FROM t' },
          'input.invalid',
          /stream hits has more than one column named a, x$/,
        ],
        ['a query that writes', { query: 'INSERT INTO t VALUES (1)' }, 'input.invalid', /stream hits .*only read/],
        [
          'a query that writes and returns',
          { query: 'DELETE FROM t RETURNING a' },
          'input.invalid',
          /stream hits .*only read/,
        ],
        ['no query', { rows: 'hits' }, 'input.invalid', /stream hits .*query/i],
      ])('%s', async (_, stream, code, says) => {
        await expect(source.columns({ stream: 'hits', ...stream })).rejects.toMatchObject({
          code,
          message: expect.stringMatching(says),
          next: expect.any(String),
        });
      });

      it.each([
        'SELECT a FROM nowhere',
        'SELECT missing FROM t',
        'INSERT INTO t VALUES (1)',
        'DELETE FROM t RETURNING a',
        'SELECT a FROM t; DELETE FROM t',
      ])('and reads and writes nothing: %s', async (query) => {
        await expect(readRows(source, { stream: 'hits', query })).rejects.toMatchObject({
          code: expect.stringMatching(/^(input\.invalid|source\.query)$/),
          message: expect.stringMatching(/stream hits/i),
        });
        expect(await readRows(source, { stream: 'hits', query: 'SELECT a FROM t' })).toEqual([['7']]);
      });
    });

    describe('by its windows', () => {
      const fill = (type: WindowType, values: readonly string[]) =>
        run(`DROP TABLE IF EXISTS timed; CREATE TABLE timed ("the.when" ${types[type]});
          CREATE INDEX timed_when ON timed ("the.when");
          INSERT INTO timed VALUES ${values.map((value) => `(${value})`)}`);
      const timed = (type: WindowType, condition: string): StreamQuery => ({
        stream: 'hits',
        query: `SELECT "the.when" FROM timed WHERE ${condition};\n-- all of them`.replaceAll('"', quote),
        window: { column: 'the.when', type, zone: 'UTC' },
      });
      const inRange = '"the.when" >= :from AND "the.when" < :to';

      it.each(counts)('counts %s %s by %i', async (type, values, grain, spans) => {
        await fill(type, values.split(', '));
        const counted = await source.count(timed(type, `"the.when" IS NULL OR ${inRange}`), grain, whole);
        expect(spansOf(counted)).toBe(spans);
      });

      it.each(homes)('reads every %s in one range, and no NULL', async (type, before, between, after) => {
        const all = [...before, ...between, ...after];
        await fill(type, [...all.map((value) => `'${value}'`), 'NULL']);
        const read = async (from: number | null, to: number | null) =>
          (await readRows(source, timed(type, inRange), { from, to })).map(([cell]) => cell).sort();
        expect(await read(null, cuts[0])).toEqual([...before].sort());
        expect(await read(cuts[0], cuts[1])).toEqual([...between].sort());
        expect(await read(cuts[1], null)).toEqual([...after].sort());
        expect(await read(null, null)).toEqual([...all].sort());
        // A cut beyond the calendar is an open end.
        if (!['s', 'ms', 'us', 'ns'].includes(type)) expect(await read(-9e12, 9e12)).toEqual([...all].sort());
      });
    });
  });
}
