import { describe, expect, it } from 'vitest';
import type { WindowColumn, WindowRange } from '../../../src/source/source.ts';
import { whole } from '../read-rows.ts';
import { postgresServers, usePostgres } from './postgres-fixture.ts';

const day = { from: 1425168000, to: 1425254400 };

describe.each(postgresServers)('rangeAccess at $name', ({ programs }) => {
  const { database, open } = usePostgres(programs);
  const hits = (type: string, at: string) =>
    database().run(`CREATE TABLE hits (id int, site int, at ${type});
      INSERT INTO hits SELECT n, n % 10, ${at} FROM generate_series(0, 19999) AS n; ANALYZE hits`);
  const access = async (query: string, range: WindowRange = day, type: WindowColumn['type'] = 'datetime') =>
    (await open()).access!(
      { stream: 's', query, parameters: { site: 3n }, window: { column: 'at', type, zone: 'UTC' } },
      range,
    );
  const minutes = "timestamp '2015-03-01' + n * interval '1 min'";
  const plain = 'SELECT id, at FROM hits WHERE at >= :from AND at < :to';

  it('finds the index that serves, for a slice and for everything', async () => {
    await hits('timestamp', minutes);
    await database().run('CREATE INDEX hits_at ON hits (at)');
    expect(await access(plain)).toEqual({ isIndexed: true, detail: 'hits_at', cure: null });
    expect(await access(plain, whole)).toEqual({
      isIndexed: true,
      detail: 'hits_at (the planner prefers to read hits whole for this range)',
      cure: null,
    });
  });

  it('says which index is missing, in a statement that PostgreSQL takes', async () => {
    await hits('timestamp', minutes);
    const found = await access(plain);
    expect(found).toEqual({
      isIndexed: false,
      detail: 'Seq Scan on hits',
      cure: 'CREATE INDEX CONCURRENTLY ON public.hits (at)',
    });
    await database().run(found.cure!);
    expect(await access(plain)).toMatchObject({ isIndexed: true });
  });

  it('is not content with an index of another column', async () => {
    await hits('timestamp', minutes);
    await database().run('CREATE INDEX hits_site ON hits (site)');
    expect(await access(`${plain} AND site = :site`)).toMatchObject({
      isIndexed: false,
      cure: 'CREATE INDEX CONCURRENTLY ON public.hits (at)',
    });
    await database().run('CREATE INDEX hits_site_at ON hits (site, at)');
    expect(await access(`${plain} AND site = :site`)).toMatchObject({ isIndexed: true, detail: 'hits_site_at' });
  });

  it('asks of every table that is filtered by the range', async () => {
    await hits('timestamp', minutes);
    await database().run(
      'CREATE TABLE "Odd Name" AS TABLE hits; ALTER TABLE "Odd Name" RENAME at TO "the when"; CREATE INDEX hits_at ON hits (at)',
    );
    const query = `SELECT h.id, h.at FROM hits h WHERE h.at >= :from AND h.at < :to
      UNION ALL SELECT o.id, o."the when" FROM "Odd Name" o WHERE o."the when" >= :from AND o."the when" < :to`;
    const found = await access(query);
    expect(found).toMatchObject({
      isIndexed: false,
      detail: 'Seq Scan on Odd Name',
      cure: 'CREATE INDEX CONCURRENTLY ON public."Odd Name" ("the when")',
    });
    await database().run(found.cure!);
    expect(await access(query)).toMatchObject({ isIndexed: true });
  });

  it('names the partition', async () => {
    await database().run(`CREATE TABLE hits (id int, at timestamp) PARTITION BY RANGE (at);
      CREATE TABLE hits_2015 PARTITION OF hits FOR VALUES FROM ('2015-01-01') TO ('2016-01-01');
      CREATE TABLE hits_2016 PARTITION OF hits FOR VALUES FROM ('2016-01-01') TO ('2017-01-01');
      INSERT INTO hits SELECT n, timestamp '2015-03-01' + n * interval '1 min' FROM generate_series(0, 9999) AS n; ANALYZE hits`);
    expect(await access(plain)).toMatchObject({
      isIndexed: false,
      cure: 'CREATE INDEX CONCURRENTLY ON public.hits_2015 (at); and likewise on the other partitions of its table',
    });
    await database().run('CREATE INDEX ON hits (at)');
    expect(await access(plain)).toMatchObject({ isIndexed: true, detail: 'hits_2015_at_idx' });
  });

  it('wants an index in the order of bytes for texts', async () => {
    await hits('text COLLATE "en-x-icu"', `to_char(${minutes}, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`);
    await database().run('CREATE INDEX hits_at ON hits (at)');
    const found = await access(plain, day, 'iso');
    expect(found).toMatchObject({
      isIndexed: false,
      cure: 'CREATE INDEX CONCURRENTLY ON public.hits (at COLLATE "C")',
    });
    await database().run(found.cure!);
    expect(await access(plain, day, 'iso')).toMatchObject({ isIndexed: true });
  });

  it.each([
    ['timestamptz', `(${minutes}) AT TIME ZONE 'UTC'`, 'datetime', plain],
    ['date', `(${minutes})::date`, 'date', plain],
    ['int4', 'n * 60 + 1425168000', 's', plain],
    ['int8', 'n * 60000000::int8 + 1425168000000000', 'us', plain],
    ['numeric', 'n * 60 + 1425168000', 's', plain],
    [
      'timestamptz',
      `(${minutes}) AT TIME ZONE 'UTC'`,
      's',
      'SELECT extract(epoch FROM at)::numeric AS at FROM hits WHERE hits.at >= to_timestamp(:from) AND hits.at < to_timestamp(:to)',
    ],
  ] as const)('knows the range of a column of type %s by its index', async (column, at, type, query) => {
    await hits(column, at);
    expect(await access(query, day, type)).toMatchObject({
      isIndexed: false,
      cure: 'CREATE INDEX CONCURRENTLY ON public.hits (at)',
    });
    await database().run('CREATE INDEX hits_at ON hits (at)');
    expect(await access(query, day, type)).toMatchObject({ isIndexed: true, detail: 'hits_at' });
  });

  it('wants it for a varchar too, whatever collation the database has', async () => {
    await hits('varchar(19)', `(${minutes})::text`);
    await database().run('CREATE INDEX hits_at ON hits (at)');
    const found = await access(plain);
    expect(found).toMatchObject({
      isIndexed: false,
      cure: 'CREATE INDEX CONCURRENTLY ON public.hits (at COLLATE "C")',
    });
    await database().run(found.cure!);
    expect(await access(plain)).toMatchObject({ isIndexed: true });
  });

  it('advises where it cannot tell the column', async () => {
    await hits('timestamp', minutes);
    await database().run('CREATE INDEX hits_at ON hits (at)');
    const query = "SELECT id, at FROM hits WHERE at + interval '0 s' >= :from AND date_trunc('second', at) < :to";
    expect(await access(query)).toEqual({
      isIndexed: false,
      detail: 'Seq Scan on hits',
      cure: 'Compare :from and :to with a column of a table as it is, and create an index that begins with that column.',
    });
  });

  it('reads nothing', async () => {
    await hits('timestamp', minutes);
    const query = `SELECT id, at, 1 / (id - id) AS never FROM hits WHERE at >= :from AND at < :to`;
    expect(await access(query)).toMatchObject({ isIndexed: false });
  });
});
