import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isFault } from '../../src/domain/problem.ts';
import { check } from '../../src/inspection/check.ts';
import { doctor } from '../../src/inspection/doctor.ts';
import { lint } from '../../src/inspection/lint.ts';
import { build } from '../../src/migration/run.ts';
import { csvFolder, type FixtureFolder, offlineAt, sqliteFolder } from '../migration/job-fixture.ts';

/** On 1 February 2023 a report suite keeps data from 1 January 2021 on. */
const offline = offlineAt(Date.UTC(2023, 1, 1));
const begin = Date.UTC(2021, 0, 1) / 1000;
const range = '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }';
const rows = [
  { id: 1, at: begin, hit: begin },
  { id: 2, at: begin, hit: null },
];

let fixture: FixtureFolder;
const views = (): void => {
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { range });
};
afterEach(() => fixture.remove());

describe('check', () => {
  it('finds nothing in a good migration and its mapping', async () => {
    views();
    const mapping = join(fixture.folder, 'mapping.yaml');
    expect(await check([fixture.file, mapping], offline)).toEqual([
      { file: fixture.file, kind: 'migration', problems: [], unmapped: [] },
      { file: mapping, kind: 'mapping', problems: [], unmapped: [] },
    ]);
  });

  it('needs the source for columns only, and does without it offline', async () => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { range, hit: ['eVar1: nowhere'] });
    const [online] = await check([fixture.file], offline);
    expect(online?.problems).toMatchObject([{ severity: 'error', line: expect.any(Number) }]);
    expect(online?.problems[0]?.message).toContain('nowhere');
    rmSync(join(fixture.folder, 'legacy.sqlite'));
    expect((await check([fixture.file], { ...offline, offline: true }))[0]?.problems).toEqual([]);
  });

  it('tells every query that the source refuses, at its place, beside all other faults', async () => {
    const streams = ['views', 'clicks'].map((name) => ({ name, window: 'type: s', rows }));
    fixture = sqliteFolder(streams, { range, hit: ['eVarr2: page'] });
    fixture.edit('mapping.yaml', 'page, visitor FROM views', 'pagee, visitor FROM views');
    fixture.edit('mapping.yaml', 'page, visitor FROM clicks', 'paage, visitor FROM clicks');
    const [report] = await check([fixture.file], offline);
    const mapping = join(fixture.folder, 'mapping.yaml');
    expect(report?.problems).toMatchObject([
      { code: 'source.query', file: mapping, line: 5, column: 5, hint: 'Correct the query in the mapping.' },
      { code: 'mapping.unknown-column', file: mapping, line: 14 },
      { code: 'source.query', file: mapping, line: 16, column: 5, severity: 'error' },
      { code: 'mapping.unknown-column', file: mapping, line: 25 },
    ]);
    expect(report?.problems.map(({ message }) => message).join()).toMatch(
      /no such column: pagee.*no such column: paage/,
    );
    fixture.edit('mapping.yaml', 'eVarr2', 'eVar2');
    fixture.edit('mapping.yaml', 'eVarr2', 'eVar2');
    const refused = await build(fixture.file, offline).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'input.invalid', message: '2 faults in what was written' });
  });

  it('tells once that a query has a name without a value, and what the source has to say of the other streams', async () => {
    const streams = ['views', 'clicks'].map((name) => ({ name, window: 'type: s', rows }));
    fixture = sqliteFolder(streams, { range });
    fixture.edit('mapping.yaml', 'FROM views', 'FROM ${tabel}');
    fixture.edit('mapping.yaml', 'page, visitor FROM clicks', 'paage, visitor FROM clicks');
    const [report] = await check([fixture.file], offline);
    expect(report?.problems.map(({ code, line }) => [code, line])).toEqual([
      ['query.undeclared', 5],
      ['source.query', 15],
    ]);
    const { checks } = await doctor(fixture.file, offline);
    expect(checks.filter(({ check: one }) => one === 'source')).toMatchObject([
      { of: null, result: 'ok' },
      { of: 'clicks', result: 'fault' },
    ]);
  });

  it('tells what is wrong with the head of files where the stream names them', async () => {
    fixture = csvFolder(`id,hit,page,page\n1,${begin},home,a\n`, { range, hit: ['eVarr2: page'] });
    const [report] = await check([fixture.file], offline);
    const mapping = join(fixture.folder, 'mapping.yaml');
    expect(report?.problems).toMatchObject([
      { code: 'source.query', file: mapping, line: 6, column: 5 },
      { code: 'mapping.unknown-column', file: mapping },
    ]);
    expect(report?.problems[0]?.message).toBe('The header of file set rows has more than one column named page');
  });

  it('tells where a query fails only over its rows', async () => {
    views();
    fixture.edit('mapping.yaml', 'page, visitor FROM views', "json_extract(page, '$$') AS page, visitor FROM views");
    const [report] = await check([fixture.file], offline);
    expect(report?.problems).toMatchObject([{ code: 'source.query', line: 5, column: 5 }]);
  });

  it.each([
    ['a file that is not there', 'input.not-found', () => rmSync(join(fixture.folder, 'legacy.sqlite'))],
    [
      'a server that does not listen',
      'source.unreachable',
      () => {
        fixture.edit('mapping.yaml', 'engine: sqlite', 'engine: postgres');
        const server = 'engine: postgres, url: "postgres://me:secret@127.0.0.1:1/legacy"';
        fixture.edit('migration.yaml', 'engine: sqlite, path: ./legacy.sqlite', server);
      },
    ],
  ])('tells a source that cannot be asked as a fault of its file, and goes on: %s', async (_, code, spoil) => {
    const other = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { range, hit: ['eVarr2: page'] });
    try {
      views();
      spoil();
      const [first, second] = await check([fixture.file, other.file], offline);
      expect(first?.problems).toMatchObject([
        { code, severity: 'error', file: fixture.file, line: 3, hint: expect.any(String) },
      ]);
      expect(JSON.stringify(first)).not.toContain('secret');
      expect(second?.problems).toMatchObject([{ code: 'mapping.unknown-column' }]);
    } finally {
      other.remove();
    }
  });

  it('takes the tests beside a mapping for what they are', async () => {
    views();
    const example = join(import.meta.dirname, '..', '..', 'migrations-examples', 'csv-export');
    const files = readdirSync(example).filter((name) => name.endsWith('.yaml'));
    const env = { BDIA_BASE_URL: 'http://127.0.0.1:1', BDIA_TOKEN_URL: 'http://127.0.0.1:1' };
    const reports = await check(
      files.map((name) => join(example, name)),
      { env: { ...env, BDIA_CLIENT_ID: 'a', BDIA_CLIENT_SECRET: 'b' }, offline: true },
    );
    expect(reports.map(({ kind }) => kind).sort()).toEqual(['mapping', 'migration', 'tests']);
    expect(reports.flatMap(({ problems }) => problems).filter(isFault)).toEqual([]);
    const tests = join(fixture.folder, 'mapping.test.yaml');
    writeFileSync(tests, '- { stream: views, row: { id: 1 }, hitt: {} }\n');
    const [report] = await check([tests], offline);
    expect(report).toMatchObject({
      kind: 'tests',
      problems: [{ code: 'config.unknown-key', file: tests, line: 1 }],
    });
  });

  it('tells all faults of migration, mapping and lookups at once', async () => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], {
      range,
      hit: ['eVar1: page', 'eVarr2: page'],
      more: ['variables: { site: 1 }', 'lookups: { goals: ./goals.csv }'],
    });
    writeFileSync(join(fixture.folder, 'goals.csv'), 'id,event\n');
    const [report] = await check([fixture.file], { ...offline, offline: true });
    const messages = report?.problems.map(({ message }) => message).join('\n');
    expect(messages).toContain('eVarr2');
    expect(messages).toContain('no variable `site`');
    expect(messages).toContain('no lookup `goals`');
  });

  it('tells what variables and lookups get wrong although the rest of the migration has faults', async () => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], {
      range: '{ from: 2021-13-01, to: 2021-02-01 }',
      more: ['variables: { site: "${env:NOT_SET}", sote: 1 }', 'lookups: { goals: ./goals.csv }', 'pase: {}'],
    });
    const mapping = join(fixture.folder, 'mapping.yaml');
    const declared =
      'variables: { site: { type: integer }, other: { type: text } }\nlookups: { goals: { key: id, values: [event] } }';
    writeFileSync(mapping, readFileSync(mapping, 'utf8').replace('streams:', `${declared}\nstreams:`));
    const [report] = await check([fixture.file], { ...offline, offline: true });
    expect(new Set(report?.problems.map(({ code, message }) => `${code} ${message}`))).toEqual(
      new Set([
        'config.value "2021-13-01" is neither a date nor a full instant',
        'env.missing the environment variable NOT_SET is not set',
        'config.variable the mapping has no variable `sote`',
        'config.variable the variable `other` is not given',
        'lookup.invalid the file of the lookup `goals` cannot be read (ENOENT)',
        'config.unknown-key "pase" is no key that is known here',
        'mapping.variable the variable "site" is used nowhere',
        'mapping.variable the variable "other" is used nowhere',
      ]),
    );
  });

  it('finds a mapping that the environment names beside other faults, and says nothing more where it does not', async () => {
    views();
    const text = readFileSync(fixture.file, 'utf8').replace(/^mapping:.*/m, 'mapping: "${env:MAPPINGS}/mapping.yaml"');
    writeFileSync(fixture.file, `${text}pase: {}\n`);
    const codesWith = async (env: Record<string, string>) => {
      const [report] = await check([fixture.file], { ...offline, env: { ...offline.env, ...env }, offline: true });
      return report?.problems.map(({ code }) => code);
    };
    expect(await codesWith({ MAPPINGS: fixture.folder })).toEqual(['config.unknown-key']);
    expect(await codesWith({})).toEqual(['env.missing', 'config.unknown-key']);
  });

  it.each([
    ['a second too old for 25 months', Date.UTC(2023, 1, 1, 0, 0, 1), [], ['adobe.retention']],
    ['within them', Date.UTC(2023, 1, 1), [], []],
    [
      'too old for a longer retention',
      Date.UTC(2031, 1, 1, 0, 0, 1),
      ['  suite: { retention: 121 }'],
      ['adobe.retention'],
    ],
    ['within a longer retention', Date.UTC(2031, 1, 1), ['  suite: { retention: 121 }'], []],
  ])('warns of a range that begins before what the suite keeps: %s', async (_name, now, target, codes) => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { range });
    const migration = readFileSync(fixture.file, 'utf8').replace('target:\n', ['target:', ...target, ''].join('\n'));
    writeFileSync(fixture.file, migration);
    for (const isOffline of [true, false]) {
      const [report] = await check([fixture.file], { ...offlineAt(now), offline: isOffline });
      expect(report?.problems.map(({ code }) => code)).toEqual(codes);
      for (const problem of report?.problems ?? [])
        expect(problem).toMatchObject({ severity: 'warning', file: fixture.file, line: expect.any(Number) });
    }
  });

  it('tells a table name that cannot be pasted, without asking the source', async () => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], {
      range,
      more: ['variables: { table: v; w }'],
    });
    const mapping = join(fixture.folder, 'mapping.yaml');
    const text = readFileSync(mapping, 'utf8').replace('FROM views', 'FROM ${table}');
    writeFileSync(mapping, `${text}\nvariables: { table: { type: identifier } }\n`);
    const [report] = await check([fixture.file], offline);
    expect(report?.problems.map(({ message }) => message)).toEqual([
      'the variable `table` cannot be pasted into a query',
    ]);
  });

  it.each([
    ['postgres', 'mysql', 'SELECT id, at FROM views WHERE at >= :from AND at < $1'],
    ['mysql', 'postgres', 'SELECT id, at FROM views WHERE at >= :from AND at < @to # :to'],
  ])('tells all faults of a migration from %s at once, offline', async (engine, other, query) => {
    views();
    const mapping = join(fixture.folder, 'mapping.yaml');
    const source = `source: { engine: ${engine}, url: "${other}://me:hunter2@h/db", tls: { key: k.pem } }`;
    const migration = readFileSync(fixture.file, 'utf8').replace(/^source:.*$/m, source);
    writeFileSync(fixture.file, migration);
    writeFileSync(
      mapping,
      `mapping: m\nengine: ${engine}\nstreams:\n  views:\n    query: "${query}"\n    key: [id]\n    time: { from: at, unit: s }\n    window: { column: at, type: s }\n    hit: { eVarr2: id }\n`,
    );
    const [report] = await check([fixture.file], { ...offline, offline: true });
    const text = JSON.stringify(report?.problems);
    for (const part of [
      'this is a URL of',
      'a key needs its certificate',
      'must use :to',
      'query.parameter',
      'eVarr2',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('hunter2');
  });
});

it('lint finds rows that a migration says are too old to be kept', async () => {
  views();
  const file = join(fixture.folder, 'hits.csv');
  const rowsOf = [begin - 1, begin].map((time) => `${time},acmedev,v1,UA,p\n`);
  writeFileSync(file, `timestamp,reportSuiteID,visitorID,userAgent,pageName\n${rowsOf.join('')}`);
  const found = async (migration?: string) => {
    const { files } = await lint([file], { ...offline, ...(migration === undefined ? {} : { migration }) });
    return files[0]?.findings.map(({ rule, consequence, samples }) => [
      rule,
      consequence,
      samples.map(({ row }) => row),
    ]);
  };
  expect(await found(fixture.file)).toEqual([['retention', 'unsure', [1]]]);
  expect(await found()).toEqual([]);
});
