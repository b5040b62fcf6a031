import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { check } from '../../src/inspection/check.ts';
import { type FixtureFolder, type FixtureRow, offlineAt, sqliteFolder } from '../migration/job-fixture.ts';

const offline = offlineAt(Date.UTC(2021, 1, 1));
const begin = Date.UTC(2021, 0, 1) / 1000;
const range = '{ from: 2021-01-01, to: 2021-02-01, zone: UTC }';
/** Sixty page views of seventeen visitors, one a minute. */
const views = (over: (index: number) => Partial<FixtureRow> = () => ({})): FixtureRow[] =>
  Array.from({ length: 60 }, (_, index) => {
    const at = begin + index * 60;
    return { id: index, at, hit: at, ...over(index) };
  });

let fixture: FixtureFolder;
afterEach(() => fixture.remove());

interface Sampled {
  readonly rows?: readonly FixtureRow[];
  readonly hit?: readonly string[];
  readonly time?: string;
}

async function told({ rows = views(), hit = [], time }: Sampled): Promise<[string, string, string][]> {
  fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows, ...(time === undefined ? {} : { time }) }], {
    range,
    hit,
  });
  const [report] = await check([fixture.file], offline);
  return (report?.problems ?? []).map(({ code, severity, message, line, hint }) => {
    expect(line).toBeGreaterThan(0);
    expect(hint).not.toBeNull();
    return [code, severity, message];
  });
}

describe('a sample of rows shows what passes all of Adobe’s checks', () => {
  it('nothing in a good one', async () => {
    expect(await told({})).toEqual([]);
  });

  it.each<[string, Sampled, [string, string, string][]]>([
    [
      'a visitor id that is a row’s key',
      { rows: views((index) => ({ visitor: `row${index}` })) },
      [['sample.visitor-key', 'warning', 'each of 60 sampled hits has a visitor of its own']],
    ],
    [
      'a visitor id that is a constant',
      { rows: views(() => ({ visitor: 'site1' })) },
      [['sample.visitor-constant', 'error', 'all 60 sampled hits have one visitor']],
    ],
    [
      'a visitor id that is a placeholder',
      { rows: views(() => ({ visitor: '(not set)' })) },
      [['sample.rejected', 'error', '60 of 60 sampled rows are rejected: visitor']],
    ],
    [
      'ids with dashes, behind which only the address is left',
      { rows: views((index) => ({ visitor: `7f3a-${index % 7}` })), hit: ['ipaddress: { const: 192.0.2.7 }'] },
      [
        ['sample.visitor-constant', 'error', 'all 60 sampled hits have one visitor'],
        [
          'sample.emptied',
          'warning',
          'visitorID is emptied in 60 of 60 sampled hits (unusable); a visitorID is letters',
        ],
        ['sample.column-empty', 'warning', 'never filled in 60 sampled hits: visitorID'],
      ],
    ],
    [
      'an Experience Cloud ID behind another ID',
      {
        hit: [`marketingCloudVisitorID: { const: "${'1'.repeat(38)}" }`],
      },
      [['sample.visitor-shadowed', 'warning', '60 of 60 sampled hits have another ID before marketingCloudVisitorID']],
    ],
    [
      'products of which two pieces are emptied, each hit once',
      { hit: ['events: [event1]', 'products: { const: ";A;x;2;purchase=1" }'] },
      [['sample.emptied', 'warning', 'products is emptied in 60 of 60 sampled hits (no']],
    ],
    [
      'several events in one text, told of a single row',
      {
        rows: views((index) => ({ page: index === 5 ? 'event1,event2' : 'event1' })),
        hit: ['events: page'],
      },
      [['sample.emptied', 'warning', 'events is emptied in 1 of 60 sampled hits (several events in one text)']],
    ],
    [
      'ids that are cut, so that visitors merge',
      { rows: views((index) => ({ visitor: 'a'.repeat(100) + (index % 7) })) },
      [
        ['sample.visitor-constant', 'error', 'all 60 sampled hits have one visitor'],
        ['sample.cut', 'warning', 'visitorID is cut in 60 of 60 sampled hits (over 100 bytes)'],
      ],
    ],
    [
      'order numbers that are cut, so that orders vanish as duplicates',
      {
        rows: views((index) => ({ page: index === 5 ? '2021-order-number-0017' : 'home' })),
        hit: ['purchaseID: page'],
      },
      [['sample.cut', 'warning', 'purchaseID is cut in 1 of 60 sampled hits (over 20 bytes)']],
    ],
    [
      'an instant in the wrong unit',
      { time: '{ from: hit, unit: ms }', rows: views(), hit: [] },
      [['sample.time', 'error', '60 of 60 sampled rows are rejected: beyond lateness']],
    ],
    [
      'an instant in the wrong zone',
      { rows: views((index) => ({ hit: begin + index * 60 + 7200 })) },
      [['sample.time', 'error', '60 of 60 sampled rows are rejected: beyond lateness']],
    ],
    [
      'a time that cannot be read',
      { time: '{ from: page, zone: UTC }' },
      [['sample.time', 'error', '60 of 60 sampled rows are rejected: time, such as "home"']],
    ],
    [
      'link columns that can never be absent beside page columns',
      { hit: ['linkName: page'] },
      [['sample.link-always', 'error', 'all 60 sampled hits are links and lose the page']],
    ],
    [
      'a currency code off the list',
      { rows: views((index) => ({ page: index === 5 ? 'RON' : 'EUR' })), hit: ['currencyCode: page'] },
      [['sample.rejected', 'warning', '1 of 60 sampled rows are rejected: unlisted currency, such as "RON"']],
    ],
    [
      'a currency that is none',
      { rows: views((index) => ({ page: index === 5 ? 'Euro' : 'EUR' })), hit: ['currencyCode: page'] },
      [['sample.emptied', 'warning', 'currencyCode is emptied in 1 of 60 sampled hits (unusable)']],
    ],
    [
      'a dotted name that is never present',
      { rows: views(() => ({ page: '{"title":"x"}' })), hit: ['eVar1: page.titel', 'eVar2: page.title'] },
      [['sample.column-empty', 'warning', 'never filled in 60 sampled hits: eVar1']],
    ],
    [
      'names into JSON that no row has, in conditions and alternatives too',
      {
        rows: views((index) => ({ page: index === 5 ? '{"title":"x","rare":1}' : '{"title":"x"}' })),
        hit: [
          'eVar1: { const: x, when: { not: { page.is_bot: true } } }',
          'eVar2: { first: [ page.headline, page.title ] }',
          'eVar3: { template: "{page.title}[ {page.rare}]" }',
        ],
      },
      [
        ['sample.name-absent', 'warning', 'never present in 60 sampled rows: page.is_bot'],
        ['sample.name-absent', 'warning', 'never present in 60 sampled rows: page.headline'],
      ],
    ],
  ])('%s', async (_name, sampled, expected) => {
    const found = await told(sampled);
    expect(found.map(([code, severity]) => [code, severity])).toEqual(
      expected.map(([code, severity]) => [code, severity]),
    );
    for (const [index, [, , message]] of expected.entries()) expect(found[index]?.[2]).toContain(message);
  });

  it('files are read from their beginning, and tell times outside the range', async () => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows: views() }], { range });
    const lines = views().map(({ id }) => `${id},${Math.ceil(begin / 1000) + id},home,v${id % 7}`);
    writeFileSync(join(fixture.folder, 'rows.csv'), `id,hit,page,visitor\n${lines.join('\n')}\n`);
    const mapping = [
      'mapping: fixture',
      'engine: files',
      'files: { rows: { format: csv, header: true } }',
      'streams:',
      '  views:',
      '    rows: rows',
      '    time: { from: hit, unit: s }',
      '    hit: { visitorID: visitor, userAgent: { const: UA }, pageName: page }',
    ];
    writeFileSync(join(fixture.folder, 'mapping.yaml'), `${mapping.join('\n')}\n`);
    const migration = readFileSync(fixture.file, 'utf8');
    writeFileSync(
      fixture.file,
      migration.replace(/^source:.*$/m, 'source: { engine: files, paths: { rows: rows.csv } }'),
    );
    const [report] = await check([fixture.file], offline);
    expect(report?.problems).toMatchObject([
      {
        code: 'sample.time',
        severity: 'error',
        message: 'views: 60 of 60 sampled rows are filtered: out of range, such as "1970-01-19T15:04:20Z"',
        hint: 'the unit of time: is too fine, such as ms where the column holds s',
      },
    ]);
  });

  it('tells amounts in another currency than the report suite has', async () => {
    const rows = views((index) => ({ page: index === 5 ? 'CHF' : index === 6 ? 'none' : 'EUR' }));
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], {
      range,
      hit: ['currencyCode: { from: page, then: [ { nullIf: [none] } ] }'],
      target:
        '  baseUrl: "${env:BDIA_BASE_URL}"\n  auth: { kind: token, clientId: a, token: t }\n  suite: { currency: EUR }',
    });
    const [report] = await check([fixture.file], offline);
    expect(report?.problems).toMatchObject([
      { code: 'sample.currency', severity: 'warning', line: expect.any(Number) },
    ]);
    expect(report?.problems[0]?.message).toContain(
      '1 of 60 sampled hits have another currency than EUR, such as "CHF"',
    );
  });

  it('tells of a rule that can never hold, and not of what the stream calls optional', async () => {
    const rows = views(() => ({ page: '{"title":"x"}' }));
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows }], { range });
    const mapping = join(fixture.folder, 'mapping.yaml');
    const written = readFileSync(mapping, 'utf8').replace('page: robot', 'page.robot: 1');
    writeFileSync(mapping, written);
    const [report] = await check([fixture.file], offline);
    const line = written.split('\n').findIndex((one) => one.includes('page.robot')) + 1;
    expect(report?.problems).toMatchObject([{ code: 'sample.name-absent', severity: 'warning', line }]);
    writeFileSync(mapping, written.replace('    skip:', '    optional: [page.robot]\n    skip:'));
    expect(await check([fixture.file], offline)).toMatchObject([{ problems: [] }]);
  });

  it.each([
    ['[nope]', 'nope', 'error'],
    ['[id, nope]', 'nope', 'warning'],
  ])('tells of names in lines of JSON that no line has, each at its place: key %s', async (key, absent, severity) => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows: views() }], { range });
    const lines = views().map(({ id }) => JSON.stringify({ id, at: begin + id, page: 'home', visitor: `v${id % 7}` }));
    writeFileSync(join(fixture.folder, 'rows.jsonl'), lines.join('\n'));
    const text = `mapping: own
engine: files
files: { rows: { format: jsonl } }
streams:
  views:
    rows: rows
    key: ${key}
    time: { from: at, unit: s }
    skip: { robots: { bot: "1" } }
    hit: { visitorID: visitor, userAgent: { const: "Mozilla/5.0" }, pageName: page }
`;
    writeFileSync(join(fixture.folder, 'mapping.yaml'), text);
    const migration = readFileSync(fixture.file, 'utf8')
      .replace(/^source:.*$/m, 'source: { engine: files, paths: { rows: [rows.jsonl] } }')
      .replace(/reportSuiteID: .*$/m, 'reportSuiteID: { from: site, else: { const: acme } }');
    writeFileSync(fixture.file, migration);
    const [report] = await check([fixture.file], offline);
    const suiteLine = migration.split('\n').findIndex((line) => line.includes('reportSuiteID')) + 1;
    const never = 'views: never present in 60 sampled rows:';
    expect(report?.problems.map((one) => [one.line, one.severity, one.message])).toEqual(
      expect.arrayContaining([
        [7, severity, `${never} ${absent}`],
        [9, 'warning', `${never} bot`],
        [suiteLine, 'warning', `${never} site`],
      ]),
    );
  });

  it('is not looked at offline', async () => {
    await told({ rows: views(() => ({ visitor: 'site1' })) });
    expect(await check([fixture.file], { ...offline, offline: true })).toMatchObject([{ problems: [] }]);
  });
});

describe('check proves before a row is read', () => {
  it.each<[string, readonly string[], string, string]>([
    ['1: that every column exists', ['eVar251: page'], 'mapping.unknown-column', 'eVar1 to eVar250'],
    [
      '1: that a column is given once, whatever its case',
      ['eVar1: page', 'EVAR1: page'],
      'mapping.column-twice',
      'case',
    ],
    ['3: that every source column exists', ['eVar1: pagee'], 'mapping.unknown-source-column', 'did you mean "page"?'],
    ['5: that a bare word is no text', ['currencyCode: EUR'], 'mapping.unknown-source-column', '{ const: "EUR" }'],
    [
      '4: that no column is lost behind another',
      ['eVar1: page', 'queryString: { v1: page }'],
      'mapping.parameter',
      'map one',
    ],
  ])('%s', async (_name, hit, code, hint) => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows: views() }], { range, hit });
    const [report] = await check([fixture.file], offline);
    expect(report?.problems).toMatchObject([
      { code, severity: 'error', line: expect.any(Number), column: expect.any(Number) },
    ]);
    expect(report?.problems[0]?.hint).toContain(hint);
  });

  it.each([
    ['visitor', 'visitorID: visitor'],
    ['user agent', 'userAgent: { const: Mozilla/5.0 }'],
    ['page or a link', 'pageName: page'],
    ['time', 'time: { from: hit, unit: s }'],
  ])('2: that every stream can fill its %s', async (_name, line) => {
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows: views() }], { range });
    const mapping = join(fixture.folder, 'mapping.yaml');
    writeFileSync(
      mapping,
      readFileSync(mapping, 'utf8').replace(new RegExp(`^ *${line.replace(/[{}.]/g, '\\$&')}\\n`, 'm'), ''),
    );
    const [report] = await check([fixture.file], { ...offline, offline: true });
    expect(report?.problems.map(({ severity }) => severity)).toContain('error');
    expect(report?.problems.map(({ code }) => code).join()).toMatch(/mapping\.(?:required|stream)/);
  });

  it('2 and 4: that the report suite takes what every row has, with the consequence', async () => {
    const target =
      '  baseUrl: "${env:BDIA_BASE_URL}"\n  auth: { kind: token, clientId: a, token: t }\n  suite: { timestamps: none }';
    fixture = sqliteFolder([{ name: 'views', window: 'type: s', rows: views() }], { range, target });
    const [report] = await check([fixture.file], { ...offline, offline: true });
    expect(report?.problems).toMatchObject([{ code: 'adobe.suite-timestamps', severity: 'error' }]);
    expect(report?.problems[0]?.message).toContain('(hit dropped)');
  });
});
