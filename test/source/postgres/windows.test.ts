import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WindowColumn } from '../../../src/source/source.ts';
import { compareWindow, windowText } from '../../../src/source/window.ts';
import { readRows, whole } from '../read-rows.ts';
import { spansOf } from '../spans.ts';
import { postgresServers, usePostgres } from './postgres-fixture.ts';

type WindowType = WindowColumn['type'];

const plain = 'SELECT at FROM t WHERE at >= :from AND at < :to';
const windowed = (type: WindowType, query = plain, zone = 'UTC') => ({
  stream: 'hits',
  query,
  window: { column: 'at', type, zone },
});

/** Column type, declared type, values in SQL; grain; rows by span. */
const counts: readonly (readonly [string, WindowType, string, number, string])[] = [
  [
    'timestamp',
    'datetime',
    "'2015-03-01 10:00:00', '2015-03-01 10:59:59.999999', '2015-03-01 11:00:00', '-infinity', '1969-12-31 23:59:59.5', '0001-01-01', '9999-12-31 23:59:59.999999', NULL",
    3600,
    'null: 1, -62135596800: 1, -3600: 1, 1425204000: 2, 1425207600: 1, 253402297200: 1',
  ],
  [
    'timestamptz',
    'datetime',
    "'2015-03-29 01:59:59.999999 Europe/Warsaw', '2015-03-29 03:00:00 Europe/Warsaw', '2015-03-29 01:00:00.000001+00'",
    60,
    '1427590740: 1, 1427590800: 2',
  ],
  ['timestamptz(0)', 'datetime', "'2015-03-29 01:59:59+00'", 1, '1427594399: 1'],
  [
    'date',
    'date',
    "'2015-03-01', '2015-03-02', '2015-03-01', '-infinity'",
    86400,
    'null: 1, 1425168000: 2, 1425254400: 1',
  ],
  ['date', 'date', "'2015-03-01'", 3600, '1425168000: 1'],
  [
    'text',
    'datetime',
    "'2015-03-01 10:00:00', '2015-03-01 10:00', '2015-03-01', '2015-03-01 10.00.00', '2015-03-01T10:00:00'",
    3600,
    'null: 4, 1425204000: 1',
  ],
  [
    'text COLLATE "en-x-icu"',
    'iso',
    "'2015-03-01T10:00:00', '2015-03-01T10:00Z', '2015-03-01 10:00:00'",
    86400,
    'null: 2, 1425168000: 1',
  ],
  ['char(12)', 'date', "'2015-03-01', '2015-03'", 86400, 'null: 1, 1425168000: 1'],
  ['varchar', 'iso', "'2015-03-01T10:00:00.5Z', '2015-03-01T10:30:00Z'", 60, '1425204000: 1, 1425205800: 1'],
  ['char(19)', 'datetime', "'2015-03-01 10:00:00'", 1, '1425204000: 1'],
  [
    'int4',
    's',
    '-1, 0, 59, 60, 2147483647, -2147483648, NULL',
    60,
    '-2147483700: 1, -60: 1, 0: 2, 60: 1, 2147483640: 1',
  ],
  ['int8', 'ns', '1425204000000000001, -1, -9223372036854775808', 86400, '-9223372800: 1, -86400: 1, 1425168000: 1'],
  ['numeric', 's', '-0.5, 59.99999999999999999999999999, 60, -60', 60, '-60: 2, 0: 1, 60: 1'],
];

describe.each(postgresServers)('window columns of $name', ({ programs }) => {
  const { database, open, read } = usePostgres(programs);
  const fill = (type: string, values: string) =>
    database().run(
      `CREATE TABLE t (at ${type}); INSERT INTO t VALUES ${values.replace(/('[^']*'|[^,]+),?/g, '($1),').slice(0, -1)}`,
    );

  it.each(counts)('%s, declared as %s, are counted: %s by %i', async (column, type, values, grain, spans) => {
    await fill(column, values);
    expect(spansOf(await (await open()).count(windowed(type), grain, whole))).toBe(spans);
  });

  it('count NULL where the query returns it', async () => {
    await fill('timestamp', "'2015-03-01 10:00:00', NULL");
    const stream = windowed('datetime', `${plain} OR at IS NULL`);
    expect(await (await open()).count(stream, 3600, whole)).toEqual([
      { start: null, rows: 1 },
      { start: 1425204000, rows: 1 },
    ]);
  });

  // Every row must be read in the one range that `compareWindow` puts it into: else it is lost or counted twice.
  const homes: readonly (readonly [string, WindowType, readonly string[]])[] = [
    [
      'timestamp',
      'datetime',
      [
        "'-infinity'",
        "'0001-01-01'",
        "'2015-03-01 10:00:00'",
        "'2015-03-01 09:59:59.999999'",
        "'2015-03-01 10:00:00.000001'",
        "'9999-12-31 23:59:59.999999'",
      ],
    ],
    [
      'timestamptz',
      'datetime',
      [
        "'-infinity'",
        "'0001-01-01 00:00:00+00'",
        "'2015-03-01 10:00:00+00'",
        "'2015-03-01 09:59:59.999999+00'",
        "'2015-03-01 10:00:00.5+00'",
        "'9999-12-31 23:59:59.999999+00'",
      ],
    ],
    ['date', 'date', ["'-infinity'", "'0001-01-01'", "'2015-02-28'", "'2015-03-01'", "'2015-03-02'", "'9999-12-31'"]],
    [
      'text',
      'datetime',
      [
        "''",
        "'0000-00-00 00:00:00'",
        "'2015-03-01 10:00:00'",
        "'2015-03-01 10:00:00.5'",
        "'2015-03-01T10:00:00Z'",
        "'20150-03-01'",
        "'soon'",
        "'Ünder'",
        "U&'\\+01F600'",
      ],
    ],
    [
      'text COLLATE "en-x-icu"',
      'iso',
      [
        "''",
        "'2015-03-01T10:00:00Z'",
        "'2015-03-01T10:00:00.5Z'",
        "'2015-03-01t10:00:00z'",
        "'2015 03 01'",
        "'-1'",
        "'~'",
        "'Z'",
        "'z'",
        "'é'",
      ],
    ],
    ['int4', 's', ['0', '-1', '2147483647', '-2147483648', '1425204000']],
    ['int8', 'us', ['0', '-1', '1425204000000000', '1425203999999999', '9223372036854775807', '-9223372036854775808']],
    ['numeric', 's', ['0', '-0.5', '1425204000.000000000000001', '1425203999.9999', '1e30', '-1e30']],
    ['numeric', 'ms', ['0', '-0.5', '1425204000000.5', '1425203999999.9999']],
  ];
  it.each(homes)('%s, declared as %s, are read where they are at home', async (column, type, values) => {
    await fill(column, values.join(', '));
    const source = await open();
    const day = 86_400;
    const ends = [1425168000, 1425204000, 1425254400, 0, -1, 253402300799, -62135596800, -62135596801, 3 * day];
    const cut = fc.oneof(fc.constantFrom(...ends), fc.integer({ min: -70_000_000_000, max: 260_000_000_000 }));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(cut, { minLength: 1, maxLength: 4 }), async (chosen) => {
        const cuts = [...chosen].sort((a, b) => a - b);
        const edges = [null, ...cuts, null];
        const bounds = cuts.map((wall) => String(windowText(type, wall)));
        const found: (string | Uint8Array | null)[] = [];
        for (let at = 1; at < edges.length; at++) {
          const rows = await readRows(source, windowed(type), { from: edges[at - 1]!, to: edges[at]! });
          for (const [cell = null] of rows) {
            found.push(cell);
            const home = bounds.filter((bound) => compareWindow(type, String(cell), bound) >= 0).length;
            expect([cell, home]).toEqual([cell, at - 1]);
          }
        }
        expect(found).toHaveLength(values.length);
      }),
      { numRuns: 12, seed: 4 },
    );
  });

  it('stop where a time does not sort as its text does', async () => {
    for (const [value, says] of [
      ['12015-03-01 10:00:00', 'a row has 12015-03-01 10:00:00'],
      ['2015-03-01 10:00:00 BC', 'a row has 2015-03-01 10:00:00 BC'],
    ]) {
      await database().run(`DROP TABLE IF EXISTS t`);
      await fill('timestamp', `'2015-03-01 10:00:00', '${value}'`);
      const refusal = {
        code: 'input.invalid',
        next: "Leave such rows out in the query: AND at >= '0001-01-01' AND at < '10000-01-01'.",
      };
      const message = 'Stream hits: window column at has to lie in the years 1 to 9999, and ';
      await expect((await open()).count(windowed('datetime'), 60, whole)).rejects.toMatchObject({
        ...refusal,
        message: `${message}1 rows do not`,
      });
      await expect(read(windowed('datetime'))).rejects.toMatchObject({ ...refusal, message: message + says });
      const cured = `${plain} AND at >= '0001-01-01' AND at < '10000-01-01'`;
      expect(await read(windowed('datetime', cured))).toEqual([['2015-03-01 10:00:00']]);
    }
  });

  it('leave infinity out, and stop where it is asked for', async () => {
    await fill('timestamptz', "'2015-03-01 10:00:00+00', 'infinity'");
    expect(await read(windowed('datetime'))).toEqual([['2015-03-01 10:00:00+00']]);
    const asked = windowed('datetime', `${plain} OR at = 'infinity'`);
    await expect((await open()).count(asked, 60, whole)).rejects.toMatchObject({ code: 'input.invalid' });
    await expect(read(asked)).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining('infinity'),
    });
  });

  it('may be compared in one query with columns of several types', async () => {
    await database().run(`CREATE TABLE a (at timestamp); CREATE TABLE b (day date, at timestamptz);
      INSERT INTO a VALUES ('2015-03-01 10:00:00'); INSERT INTO b VALUES ('2015-03-01', '2015-03-01 12:00:00+02')`);
    const query = `SELECT at FROM a WHERE at >= :from AND at < :to
      UNION ALL SELECT at::timestamp FROM b WHERE at >= :from AND at < :to`;
    expect(await read(windowed('datetime', query), { from: 1425204000, to: 1425204001 })).toEqual([
      ['2015-03-01 10:00:00'],
      ['2015-03-01 10:00:00'],
    ]);
  });

  const minutes = (format: string, at: string) =>
    `SELECT to_char(t.at, '${format}') AS at FROM t WHERE ${at} >= :from AND ${at} < :to`;

  it.each([
    ['datetime', 'YYYY-MM-DD HH24:MI'],
    ['iso', 'YYYY-MM-DD"T"HH24:MI"Z"'],
  ] as const)('are refused as %s texts without seconds of times that are compared', async (type, format) => {
    await fill('timestamp', "'2015-03-01 10:24:00', '2015-03-01 10:24:30'");
    await expect((await open()).count(windowed(type, minutes(format, 't.at')), 60, whole)).rejects.toMatchObject({
      code: 'input.invalid',
      message: 'Stream hits: :from and :to are compared with times, but 2 rows return at as text without seconds',
      next: expect.stringContaining('with its seconds'),
    });
  });

  it.each([
    ['texts with seconds', minutes('YYYY-MM-DD HH24:MI:SS', 't.at'), 1425205440],
    ['texts that are compared themselves', minutes('YYYY-MM-DD HH24:MI', "to_char(t.at, 'YYYY-MM-DD HH24:MI')"), null],
    [
      'a text that comes with every range',
      "SELECT coalesce(to_char(t.at, 'YYYY-MM-DD HH24:MI:SS'), '1970-01-01 00:00') AS at FROM t WHERE t.at >= :from AND t.at < :to OR t.at IS NULL",
      1425205440,
    ],
  ])('are counted as %s', async (_, query, start) => {
    await fill('timestamp', "'2015-03-01 10:24:30', NULL");
    const counts = await (await open()).count(windowed('datetime', query), 60, whole);
    expect(counts).toContainEqual({ start, rows: 1 });
  });

  it('may be seconds of a timestamp that is compared as such', async () => {
    await fill('timestamptz', "'2015-03-01 10:00:00.5+00', '2015-03-01 11:00:00+00'");
    const query =
      'SELECT extract(epoch FROM at)::numeric AS at FROM t WHERE t.at >= to_timestamp(:from) AND t.at < to_timestamp(:to)';
    expect(await read(windowed('s', query), { from: null, to: 1425204001 })).toEqual([['1425204000.500000']]);
    expect(await read(windowed('s', query))).toHaveLength(2);
  });

  const wrong: readonly (readonly [string, WindowType, string, string, string, RegExp])[] = [
    [
      'timestamp',
      'date',
      plain,
      'UTC',
      'declared as date, but PostgreSQL returns it as timestamp without time zone',
      /^Declare type: datetime/,
    ],
    ['timestamp', 'iso', plain, 'UTC', 'returns it as timestamp without time zone', /datetime/],
    ['timestamp', 's', plain, 'UTC', 'returns it as timestamp without time zone', /datetime/],
    ['date', 'datetime', plain, 'UTC', 'returns it as date', /^Declare type: date\./],
    ['int8', 'datetime', plain, 'UTC', 'returns it as bigint', /s, ms, us or ns/],
    ['text', 's', plain, 'UTC', 'returns it as text', /datetime, iso or date/],
    ['float8', 's', plain, 'UTC', 'returns it as double precision', /CAST\(CAST\(at AS text\) AS numeric\)/],
    ['jsonb', 'datetime', plain, 'UTC', 'returns it as jsonb', /timestamp/],
    [
      'timestamptz',
      'datetime',
      plain,
      'Europe/Warsaw',
      'is timestamp with time zone, which is read in UTC',
      /^Declare zone: UTC/,
    ],
    [
      'timestamptz',
      'datetime',
      "SELECT at AT TIME ZONE 'Europe/Warsaw' AS at FROM t WHERE at >= :from AND at < :to",
      'Europe/Warsaw',
      ':from is compared with timestamp with time zone',
      /UTC/,
    ],
    [
      'date',
      'datetime',
      'SELECT at::timestamp AS at FROM t WHERE t.at >= :from AND t.at < :to',
      'UTC',
      ':from is compared with date',
      /window column itself/,
    ],
    [
      'text',
      's',
      'SELECT at::int8 AS at FROM t WHERE t.at >= :from AND t.at < :to',
      'UTC',
      ':from is compared with text',
      /window column itself/,
    ],
    [
      'text',
      'datetime',
      'SELECT at AS b FROM t WHERE at >= :from AND at < :to',
      'UTC',
      'is not among the columns',
      /Return it/,
    ],
  ];
  it.each(wrong)('%s, declared as %s in %s (%s), are refused: %s', async (column, type, query, zone, message, next) => {
    await database().run(`CREATE TABLE t (at ${column})`);
    const stream = windowed(type, query, zone);
    const expected = {
      code: 'input.invalid',
      message: expect.stringContaining(message),
      next: expect.stringMatching(next),
    };
    const source = await open();
    await expect(source.columns(stream)).rejects.toMatchObject(expected);
    await expect(source.count(stream, 60, whole)).rejects.toMatchObject(expected);
    await expect(read(stream)).rejects.toMatchObject(expected);
  });
});
