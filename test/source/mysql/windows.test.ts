import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMysql } from '../../../src/source/mysql/open-mysql.ts';
import { askTextRange } from '../../../src/source/mysql/window-end.ts';
import type { Source, StreamQuery, WindowColumn } from '../../../src/source/source.ts';
import type { TestDatabase } from '../../support/servers/database-server.ts';
import { mysqlNumbers } from '../../support/servers/mysql-sql.ts';
import { serverSource } from '../../support/servers/server-source.ts';
import { sharedServer } from '../../support/servers/shared-server.ts';
import { readRows, whole } from '../read-rows.ts';
import { spansOf } from '../spans.ts';

let db: TestDatabase;
let source: Source;

beforeAll(async () => {
  db = await (await sharedServer('mysql')).freshDatabase();
  source = await openMysql(serverSource(db));
}, 120_000);
afterAll(async () => {
  await source?.close();
  await db?.remove();
});

const plainMode = "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'; SET time_zone = '+00:00';";

async function fill(type: string, values: string, index = ''): Promise<void> {
  await db.run(`${plainMode} DROP TABLE IF EXISTS t; CREATE TABLE t (\`the.when\` ${type}${index});
    INSERT INTO t VALUES ${values.split(', ').map((value) => `(${value})`)}`);
}

const windowed = (type: WindowColumn['type'], zone = 'UTC'): StreamQuery => ({
  stream: 'hits',
  query:
    'SELECT `the.when` FROM t WHERE `the.when` IS NULL OR `the.when` >= :from AND `the.when` < :to;\n-- all of them',
  window: { column: 'the.when', type, zone },
});

describe('counts by every type of window column', () => {
  const cases: [WindowColumn['type'], string, string, number, string][] = [
    ['s', 'INT UNSIGNED', '0, 59, 60, 4294967295', 60, '0: 2, 60: 1, 4294967280: 1'],
    ['s', 'DECIMAL(20,3)', '-0.5, 59.75, -60', 60, '-60: 2, 0: 1'],
    ['s', 'DOUBLE', '-0.5, 59.75, -60', 60, '-60: 2, 0: 1'],
    [
      'us',
      'BIGINT UNSIGNED',
      '1425204000000000, 1425204059999999, 1425204060000000',
      60,
      '1425204000: 2, 1425204060: 1',
    ],
    [
      'date',
      'DATE NULL',
      "'2015-03-01', '2015-03-01', '2015-03-02', '0000-00-00', '2015-00-00', '2015-02-31', '2015-03-00', NULL",
      86400,
      'null: 5, 1425168000: 2, 1425254400: 1',
    ],
    [
      'datetime',
      'VARCHAR(40) CHARACTER SET latin1',
      "'2015-03-01 10:00:00', '2015-03-01 10:00', '2015-03-01', '2015-03-01T10:00'",
      3600,
      'null: 3, 1425204000: 1',
    ],
    ['datetime', 'DATETIME(1)', "'2015-03-01 10:00:00.1', '2015-03-01 10:00:01'", 1, '1425204000: 1, 1425204001: 1'],
    [
      'datetime',
      'DATETIME',
      "'2015-02-28 23:00:00', '2015-02-31 10:00:00', '2015-03-00 10:00:00', '2015-03-03 10:00:00'",
      3600,
      'null: 2, 1425164400: 1, 1425376800: 1',
    ],
    [
      'datetime',
      'DATETIME(6)',
      "'1969-12-31 23:59:59.5', '1970-01-01', '0000-00-00', '9999-12-31 23:59:59'",
      60,
      'null: 1, -60: 1, 0: 1, 253402300740: 1',
    ],
    [
      'datetime',
      'TIMESTAMP(6) NULL',
      "'2015-03-01 10:00:00', '0000-00-00', NULL, '2038-01-19 03:14:07.999999'",
      60,
      'null: 2, 1425204000: 1, 2147483640: 1',
    ],
  ];
  it.each(cases)('%s on %s: %s by %i', async (type, column, values, grain, spans) => {
    await fill(column, values, ', KEY (`the.when`)');
    expect(spansOf(await source.count(windowed(type), grain, whole))).toBe(spans);
  });
});

describe('a range of texts', () => {
  const returning = (compared: string): StreamQuery => ({
    stream: 'hits',
    query: `SELECT DATE_FORMAT(t.\`the.when\`, '%Y-%m-%d %H:%i:%s') AS \`the.when\` FROM t WHERE ${compared} >= :from AND ${compared} < :to`,
    window: { column: 'the.when', type: 'datetime', zone: 'UTC' },
  });
  const refusal = {
    code: 'input.invalid',
    message: 'Stream hits: :from and :to are compared with times, but the query returns the.when as text',
    next: 'Return the.when as the column that is compared.',
  };

  it.each(['DATETIME', 'TIMESTAMP', 'DATETIME(6)', 'DATE'])('is refused where a %s is compared', async (type) => {
    await fill(type, "'2015-03-01 10:24:00', '2015-03-01 10:24:30'");
    for (const range of [whole, { from: 1425168000, to: null }])
      await expect(source.count(returning('t.`the.when`'), 60, range)).rejects.toMatchObject(refusal);
  });

  it('is refused where the server refuses the end', async () => {
    const ask = () => Promise.reject(new Error("Incorrect DATETIME value: 'zzzzzzzz'"));
    await expect(askTextRange({ ask }, returning('t.`the.when`'), '')).rejects.toMatchObject(refusal);
  });

  it('is answered where texts are compared', async () => {
    await fill('DATETIME', "'2015-03-01 10:24:00', '2015-03-01 10:24:30'");
    const query = returning("DATE_FORMAT(t.`the.when`, '%Y-%m-%d %H:%i:%s')");
    expect(await source.count(query, 60, whole)).toEqual([{ start: 1425205440, rows: 2 }]);
  });
});

describe('ranges are a partition, with what no calendar has in the first', () => {
  // Cut at 2015-03-01 10:00:00 and 2016-01-01 00:00:00 (cases: before, between, after).
  const cuts = [1425204000, 1451606400] as const;
  const cases: [WindowColumn['type'], string, string[], string[], string[]][] = [
    [
      'datetime',
      'DATETIME(6)',
      ['0000-00-00 00:00:00.000000', '2015-00-00 00:00:00.000000', '2015-03-01 09:59:59.999999'],
      ['2015-03-01 10:00:00.000000'],
      ['2016-01-01 00:00:00.000000', '9999-12-31 23:59:59.999998'],
    ],
    [
      'datetime',
      'TIMESTAMP NULL',
      ['0000-00-00 00:00:00', '2015-03-01 09:59:59'],
      ['2015-03-01 10:00:00', '2015-12-31 23:59:59'],
      ['2016-01-01 00:00:00', '2038-01-19 03:14:07'],
    ],
    [
      'date',
      'DATE',
      ['0000-00-00', '2015-02-28', '2015-02-31', '2015-03-00', '2015-03-01'],
      ['2015-03-02', '2015-12-31'],
      ['2016-01-01', '9999-12-31'],
    ],
    ['ms', 'BIGINT UNSIGNED', ['0', '1425203999999'], ['1425204000000'], ['1451606400000', '18446744073709551615']],
    ['us', 'DECIMAL(20,1)', ['-1.0', '1425203999999999.9'], ['1425204000000000.0'], ['1451606400000000.0']],
  ];
  it.each(cases)('%s on %s', async (type, column, before, between, after) => {
    await fill(column, [...before, ...between, ...after].map((value) => `'${value}'`).join(', '), ', KEY (`the.when`)');
    const read = async (from: number | null, to: number | null) =>
      (await readRows(source, windowed(type), { from, to })).map(([cell]) => cell).sort();
    expect(await read(null, cuts[0])).toEqual([...before].sort());
    expect(await read(cuts[0], cuts[1])).toEqual([...between].sort());
    expect(await read(cuts[1], null)).toEqual([...after].sort());
    expect(await read(null, null)).toEqual([...before, ...between, ...after].sort());
    // A cut beyond the calendar is an open end.
    if (type === 'datetime' || type === 'date') {
      expect(await read(-9e12, 9e12)).toEqual([...before, ...between, ...after].sort());
    }
  });
});

describe('what lies above every end that can be said', () => {
  const cases: [WindowColumn['type'], string, string[], string, string][] = [
    [
      'datetime',
      'DATETIME(6)',
      ['9999-12-31 23:59:59.999998', '9999-12-31 23:59:59.999999'],
      '9999-12-31 23:59:59.999999',
      'TIMESTAMP(`the.when`) AS `the.when`',
    ],
    [
      'datetime',
      'VARCHAR(30) CHARACTER SET utf8mb4',
      ['2015-03-01 10:00:00', 'zzzzzzzz'],
      'zzzzzzzz',
      'CONCAT(`the.when`) AS `the.when`',
    ],
    ['iso', 'VARCHAR(30) CHARACTER SET utf8mb4', ['soon', 'źle'], 'źle', 'CONCAT(`the.when`) AS `the.when`'],
    [
      'date',
      'VARCHAR(30) CHARACTER SET latin1 COLLATE latin1_bin',
      ['2015-03-01', 'ÿ'],
      'ÿ',
      'CONCAT(`the.when`) AS `the.when`',
    ],
  ];
  it.each(cases)(
    '%s on %s is refused, and read where the cure is followed',
    async (type, column, [low, high], named, cure) => {
      const collation = column.includes('utf8mb4') ? ' COLLATE utf8mb4_bin' : '';
      await fill(`${column}${collation}`, `'${low}', '${high}'`, ', KEY (`the.when`)');
      const stop = {
        code: 'input.invalid',
        message: expect.stringMatching(new RegExp(`holds "${named}" in table t, and no range reaches so far$`)),
        next: expect.stringContaining(cure),
      };
      const beyond = 9e12;
      for (const to of [null, beyond]) {
        await expect(readRows(source, windowed(type), { from: null, to })).rejects.toMatchObject(stop);
        await expect(source.count(windowed(type), 86_400, { from: null, to })).rejects.toMatchObject(stop);
      }
      expect(await readRows(source, windowed(type), { from: null, to: 4_102_444_800 })).toEqual(
        low === '2015-03-01 10:00:00' || low === '2015-03-01' ? [[low]] : [],
      );
      const cured = {
        ...windowed(type),
        query: `SELECT ${cure} FROM t WHERE \`the.when\` >= :from AND \`the.when\` < :to`,
      };
      expect(await readRows(source, cured)).toEqual([[low]]);
    },
  );
});

describe('a window column that comes out of a derived table', () => {
  beforeAll(async () => {
    await db.run(`${plainMode} CREATE TABLE facts (id INT PRIMARY KEY, at DATETIME, late VARCHAR(30), KEY (at));
      INSERT INTO facts VALUES (1, '2015-03-01 10:00:00', '2015-03-01 10:00:00'), (2, NULL, NULL),
        (3, '2015-03-01 11:00:00', '2015-03-01 11:00:00'), (4, '2016-01-01', '2016-01-01 00:00:00');
      CREATE VIEW known AS SELECT id AS fact, at, late FROM facts`);
  });
  const range = (column: string) => `${column} >= :from AND ${column} < :to`;
  const shapes: [string, (column: string) => string][] = [
    ['that is merged', (at) => `WITH h AS (SELECT id, ${at} FROM facts) SELECT id, ${at} FROM h WHERE ${range(at)}`],
    [
      'that is materialised',
      (at) => `SELECT h.id, h.${at} FROM (SELECT DISTINCT id, ${at} FROM facts) AS h WHERE ${range(`h.${at}`)}`,
    ],
    [
      'by another name',
      (at) => `WITH h AS (SELECT id, ${at} AS t FROM facts) SELECT id, t AS ${at} FROM h WHERE ${range('t')}`,
    ],
    ['that is a view with an alias', (at) => `SELECT v.fact AS id, v.${at} FROM known AS v WHERE ${range(`v.${at}`)}`],
  ];
  const cases = shapes.flatMap(([name, query]) => ['at', 'late'].map((column) => [name, column, query] as const));
  it.each(cases)('%s can be read and counted over all time: %s', async (_, column, query) => {
    const stream: StreamQuery = {
      stream: 'hits',
      query: query(column),
      window: { column, type: 'datetime', zone: 'UTC' },
    };
    const rows = await readRows(source, stream);
    expect(rows.map(([id]) => id).sort()).toEqual(['1', '3', '4']);
    expect((await readRows(source, stream, { from: 1_425_207_600, to: null })).map(([id]) => id).sort()).toEqual([
      '3',
      '4',
    ]);
    expect(await source.count(stream, 3_600, whole)).toEqual([
      { start: 1_425_204_000, rows: 1 },
      { start: 1_425_207_600, rows: 1 },
      { start: 1_451_606_400, rows: 1 },
    ]);
  });
});

describe('a window column of another type than declared is refused', () => {
  const cases: [WindowColumn['type'], string, string, RegExp][] = [
    ['s', 'DATETIME', "'2015-03-01'", /declared as s, but MySQL holds it as a DATETIME/],
    ['datetime', 'BIGINT', '1', /declared as datetime, but MySQL holds it as an exact number/],
    ['datetime', 'DATE', "'2015-03-01'", /holds it as a DATE/],
    ['iso', 'DATETIME', "'2015-03-01'", /holds it as a DATETIME/],
    ['s', 'VARCHAR(20)', "'1425204000'", /holds it as text/],
    ['s', 'FLOAT', '1', /of another type/],
    ['ns', 'DOUBLE', '1', /holds it as a DOUBLE/],
    ['datetime', 'TIME', "'10:00:00'", /of another type/],
  ];
  it.each(cases)('%s on %s', async (type, column, value, message) => {
    await fill(column, value);
    const stop = { code: 'input.invalid', message: expect.stringMatching(message), next: expect.any(String) };
    await expect(source.columns(windowed(type))).rejects.toMatchObject(stop);
    await expect(source.count(windowed(type), 60, whole)).rejects.toMatchObject(stop);
    await expect(readRows(source, windowed(type))).rejects.toMatchObject(stop);
  });

  it('as is a TIMESTAMP in another zone than UTC, in which it is read', async () => {
    await fill('TIMESTAMP NULL', "'2015-03-01'");
    await expect(source.columns(windowed('datetime', 'Europe/Berlin'))).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining(
        'is a TIMESTAMP, which is read in UTC, but its zone is declared as Europe/Berlin',
      ),
    });
    expect(await source.columns(windowed('datetime', 'Etc/UTC'))).toEqual(['the.when']);
  });

  it('and text whose order the server may see otherwise', async () => {
    await fill('VARCHAR(30)', "'2015-03-01 10:00:00', '2015/03/01 10:00', '!'");
    await expect(source.count(windowed('datetime'), 60, whole)).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining('but 2 of its rows hold other text, such as "'),
    });
    await fill('VARCHAR(30)', "'2015-03-01 10:00:00', '2015-03-01 10.00.00'");
    await expect(source.count(windowed('datetime'), 86_400, whole)).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining('but 1 of its rows hold other text, such as "2015-03-"'),
    });
  });

  it('and one that the query does not return', async () => {
    await fill('DATETIME', "'2015-03-01'");
    const stream = { ...windowed('datetime'), window: { column: 'at', type: 'datetime', zone: 'UTC' } } as const;
    await expect(source.columns(stream)).rejects.toMatchObject({
      code: 'input.invalid',
      message: 'Stream hits: the query returns no window column at',
    });
  });
});

describe('access tells how a range is looked up', () => {
  const range = { from: 1420070400, to: 1420074000 };
  const at = (query: string): StreamQuery => ({
    stream: 'hits',
    query,
    window: { column: 'at', type: 'datetime', zone: 'UTC' },
  });
  beforeAll(async () => {
    await db.run(`
      CREATE TABLE visits (id INT PRIMARY KEY, site INT, at DATETIME, made TIMESTAMP NULL, late VARCHAR(30), KEY by_at (at), KEY by_site (site, made)) ENGINE=InnoDB;
      INSERT INTO visits SELECT seq, seq % 3, '2015-01-01' + INTERVAL seq MINUTE, '2015-01-01' + INTERVAL seq MINUTE, '2015-01-01' + INTERVAL seq MINUTE FROM ${mysqlNumbers(1, 20_000)} AS n;
      CREATE TABLE old (at DATETIME, KEY (at)) ENGINE=MyISAM;
      INSERT INTO old SELECT at FROM visits;
      CREATE TABLE few (at DATETIME, KEY few_at (at)); INSERT INTO few VALUES ('2015-01-01');
      CREATE VIEW seen AS SELECT id AS visit, at FROM visits;
      CREATE TABLE notes (id INT, note VARCHAR(30)) ENGINE=MyISAM;
      CREATE VIEW noted AS SELECT v.visit, v.at, n.note FROM seen v LEFT JOIN notes n ON n.id = v.visit;
      ANALYZE TABLE visits, old, few`);
  });
  const cases: [string, string, object][] = [
    [
      'an index on the column',
      'SELECT id, at FROM visits WHERE at >= :from AND at < :to ORDER BY at, id',
      { isIndexed: true, detail: 'visits.by_at', cure: null },
    ],
    [
      'an alias and a join',
      'SELECT v.id, v.at FROM visits v JOIN visits w ON w.id = v.id WHERE v.at >= :from AND v.at < :to',
      { isIndexed: true, detail: 'v.by_at', cure: null },
    ],
    [
      'a column behind one that is fixed',
      'SELECT id, made AS at FROM visits WHERE site = 1 AND made >= :from AND made < :to',
      { isIndexed: true, detail: 'visits.by_site', cure: null },
    ],
    [
      'a column behind one that is free',
      'SELECT id, made AS at, late FROM visits WHERE made >= :from AND made < :to',
      {
        isIndexed: false,
        detail: 'visits is read whole',
        cure: expect.stringMatching(/^CREATE INDEX `visits_made` ON `bdia_\w+`\.`visits` \(`made`\)$/),
      },
    ],
    [
      'an expression',
      'SELECT id, DATE_ADD(at, INTERVAL 0 SECOND) AS at FROM visits WHERE DATE_ADD(at, INTERVAL 0 SECOND) >= :from AND DATE_ADD(at, INTERVAL 0 SECOND) < :to',
      { isIndexed: false, detail: 'visits is read whole', cure: expect.stringContaining('plain column') },
    ],
    [
      'a view',
      'SELECT visit, at FROM seen WHERE at >= :from AND at < :to',
      { isIndexed: true, detail: expect.stringContaining('by_at'), cure: null },
    ],
    [
      'a union',
      'SELECT at FROM visits WHERE at >= :from AND at < :to UNION ALL SELECT late FROM visits WHERE late >= :from AND late < :to',
      { isIndexed: false, detail: 'visits is read whole' },
    ],
    [
      'a table so small that no index is worth it',
      'SELECT at FROM few WHERE at >= :from AND at < :to',
      { isIndexed: true, cure: null },
    ],
    [
      'a table without snapshots',
      'SELECT at FROM old WHERE at >= :from AND at < :to',
      { isIndexed: true, detail: 'old.at; no snapshot of old (MyISAM)', cure: null },
    ],
    [
      'a derived table, and its index',
      'WITH h AS (SELECT id, at FROM visits) SELECT id, at FROM h WHERE at >= :from AND at < :to',
      { isIndexed: true, detail: 'visits.by_at', cure: null },
    ],
    [
      'a table beside a derived one',
      'SELECT v.id, v.at, s.n FROM visits v JOIN (SELECT site, COUNT(*) AS n FROM visits GROUP BY site) AS s ON s.site = v.site WHERE v.at >= :from AND v.at < :to',
      { isIndexed: true, cure: null },
    ],
    [
      'a derived table beside one that is read whole',
      'WITH h AS (SELECT id, at FROM visits) SELECT h.id, h.at, f.at AS f FROM h LEFT JOIN few f ON f.at <> h.at WHERE h.at >= :from AND h.at < :to',
      { isIndexed: true, detail: 'visits.by_at', cure: null },
    ],
    [
      'a union in a derived table',
      'SELECT at FROM (SELECT at FROM visits UNION ALL SELECT TIMESTAMP(late) FROM visits) AS h WHERE at >= :from AND at < :to',
      { isIndexed: false },
    ],
    [
      'a derived table without an index, whose alias is no table to make one for',
      'WITH h AS (SELECT id, made AS at, late FROM visits) SELECT id, at, late FROM h WHERE at >= :from AND at < :to',
      {
        isIndexed: false,
        detail: 'visits is read whole',
        cure: expect.stringContaining('Return at as a plain column'),
      },
    ],
    [
      'a table without snapshots behind a derived one',
      'WITH h AS (SELECT at FROM `old`) SELECT at FROM h WHERE at >= :from AND at < :to',
      { detail: expect.stringMatching(/; no snapshot of old \(MyISAM\)$/) },
    ],
    [
      'a table without snapshots that only an expression reads',
      "SELECT at, (SELECT COUNT(*) FROM notes) AS n, 'old' AS age FROM visits WHERE at >= :from AND at < :to -- old",
      { detail: expect.stringMatching(/; no snapshot of notes \(MyISAM\)$/) },
    ],
    [
      'a table without snapshots that a view of a view reads',
      'SELECT visit, at, note FROM noted WHERE at >= :from AND at < :to',
      { detail: expect.stringMatching(/; no snapshot of notes \(MyISAM\)$/) },
    ],
  ];
  it.each(cases)('%s', async (_, query, expected) => {
    expect(await source.access!(at(query), range)).toMatchObject(expected);
  });

  it('and for the open ends of a long table too', async () => {
    const query = 'SELECT at FROM visits WHERE at >= :from AND at < :to';
    for (const open of [
      { from: null, to: 1420074000 },
      { from: 1421193600, to: null },
    ]) {
      expect(await source.access!(at(query), open)).toEqual({ isIndexed: true, detail: 'visits.by_at', cure: null });
    }
  });

  it('and no question runs the query', async () => {
    const query = 'SELECT at, SLEEP(600) AS nap FROM visits WHERE at >= :from AND at < :to';
    expect(await source.columns(at(query))).toEqual(['at', 'nap']);
    expect((await source.access!(at(query), range)).isIndexed).toBe(true);
  });
});
