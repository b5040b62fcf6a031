import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type MappingTestReport, testMappings } from '../../src/inspection/test-mapping.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

let folder = '';
beforeEach((context) => {
  folder = scratchFolder(context);
});

const mapping = `
mapping: shop
engine: sqlite
variables: { salt: { type: secret } }
lookups: { goals: { key: id, values: [event] } }
streams:
  views:
    query: SELECT * FROM views WHERE at >= :from AND at < :to
    key: [id]
    time: { from: at, zone: UTC }
    window: { column: at, type: datetime, zone: UTC }
    skip: { robots: { agent: robot } }
    reject: { no consent: { consent: "no" } }
    hit:
      visitorID: { from: visitor, then: [{ hash: { algorithm: sha256, length: 8, salt: salt } }] }
      userAgent: agent
      pageName: title
      list1: { from: tags, then: [{ split: "|" }] }
      eVar1: page.info.kind
      events: [{ from: goal, then: [{ lookup: goals.event }] }]
`;
const row = '{ at: "2015-03-01 10:00:00", visitor: v1, agent: Mozilla, title: Home';

async function run(tests: string): Promise<MappingTestReport> {
  writeFileSync(join(folder, 'shop.yaml'), mapping);
  writeFileSync(join(folder, 'shop.test.yaml'), tests);
  const [report] = await testMappings([join(folder, 'shop.yaml')]);
  if (report === undefined) throw new Error('no report');
  return report;
}
const told = ({ tests, problems }: MappingTestReport) => [
  ...problems.map(({ message }) => message),
  ...tests.map(({ passed, found, differences }) =>
    passed
      ? 'pass'
      : [found, ...differences.map(({ column, expected, found: have }) => `${column}: ${expected} ≠ ${have}`)].join(
          '; ',
        ),
  ),
];

describe('tests of a mapping', () => {
  it('are not looked for beside a migration', async () => {
    writeFileSync(join(folder, 'job.yaml'), 'migration: job\nmapping: ./shop.yaml\n');
    const [report] = await testMappings([join(folder, 'job.yaml')]);
    expect(report).toMatchObject({
      tests: [],
      problems: [{ code: 'config.kind', hint: 'name the mapping that it names', severity: 'error' }],
    });
  });

  it('are missing where there is no file of them', async () => {
    writeFileSync(join(folder, 'shop.yaml'), mapping);
    const [report] = await testMappings([join(folder, 'shop.yaml')]);
    expect(report?.problems).toMatchObject([{ code: 'test.none', hint: 'write them into shop.test.yaml beside it' }]);
  });

  it.each<[string, string, string[]]>([
    ['a skip', '- { stream: views, row: { agent: robot }, skip: robots }', ['pass']],
    ['a reject', '- { stream: views, row: { consent: "no" }, reject: no consent }', ['pass']],
    ['another outcome', '- { stream: views, row: { agent: robot }, hit: {} }', ['skip: robots']],
    ['another reject', '- { stream: views, row: { at: x }, reject: no consent }', ['reject: time (timestamp: "x")']],
    ['a part of a hit', `- { stream: views, row: ${row} }, hit: { PAGENAME: Home }, partial: true }`, ['pass']],
    [
      'a column that differs, one that is not there',
      `- { stream: views, row: ${row} }, hit: { pageName: home, eVar1: x }, partial: true }`,
      ['hit; pageName: home ≠ Home; eVar1: x ≠ null'],
    ],
    [
      'JSON written as YAML, and as text',
      `- { stream: views, row: ${row}, page: { info: { kind: a } } }, hit: { eVar1: a }, partial: true }
- { stream: views, row: ${row}, page: '{"info":{"kind":"b"}}' }, hit: { eVar1: b }, partial: true }`,
      ['pass', 'pass'],
    ],
    [
      'what a migration would say',
      `reportSuiteID: acme
suite: { delimiters: { list1: ";" } }
variables: { salt: pepper }
lookups: { goals: { "1": { event: event5 } } }
tests:
  - stream: views
    row: ${row}, goal: 1, tags: a|b }
    hit: { reportSuiteID: acme, list1: "a;b", events: event5, pageName: Home }
    partial: true`,
      ['pass'],
    ],
    ['no such stream', '- { stream: view, row: {}, skip: robots }', ['the mapping has no stream "view"']],
    ['no outcome', '- { stream: views, row: {} }', ['needs one of hit, skip and reject']],
    ['two outcomes', '- { stream: views, row: {}, skip: a, reject: b }', ['needs one of hit, skip and reject']],
    [
      'a key that stands twice, beside another fault',
      '- { stream: views, row: { a: 1, a: 2 }, skip: a }\n- { stream: views, row: {}, skips: a }',
      ['"a" stands here twice; the first is in line 1', '"skips" is no key that is known here'],
    ],
    ['an unknown key', '- { stream: views, row: {}, skips: a }', ['"skips" is no key that is known here']],
  ])('%s', async (_name, tests, found) => {
    expect(told(await run(tests))).toEqual(found);
  });

  it('compare a hit exactly, but for the report suite', async () => {
    const { tests } = await run(`- { name: whole, stream: views, row: ${row} }, hit: { timestamp: 1425204000 } }`);
    expect(tests[0]).toMatchObject({
      name: 'whole',
      place: { file: join(folder, 'shop.test.yaml'), line: 1, column: 3 },
      expected: 'hit',
      found: 'hit',
      differences: [
        { column: 'visitorID', expected: null, found: expect.stringMatching(/^[0-9a-f]{8}$/) },
        { column: 'userAgent', expected: null, found: 'Mozilla' },
        { column: 'pageName', expected: null, found: 'Home' },
      ],
    });
  });

  it('have rows of which each has columns of its own, as their source would give it', async () => {
    const partial = 'partial: true, hit: { eVar1: b } }';
    const found = await run(
      [
        `- { stream: views, row: ${row}, page: { info: { kind: b } } }, ${partial}`,
        `- { stream: views, row: ${row}, page.info: { kind: b } }, ${partial}`,
        `- { stream: views, row: ${row}, page.info.kind: b }, ${partial}`,
      ].join('\n'),
    );
    expect(told(found)).toEqual(['pass', 'pass', 'pass']);
  });

  it('are missed where there are none, and refused where the mapping is', async () => {
    writeFileSync(join(folder, 'shop.yaml'), mapping);
    expect((await testMappings([join(folder, 'shop.yaml')]))[0]?.problems).toMatchObject([{ code: 'test.none' }]);
    writeFileSync(join(folder, 'shop.yaml'), mapping.replace('pageName', 'pageNam'));
    const [report] = await testMappings([join(folder, 'shop.test.yaml')]);
    expect(report?.problems.map(({ message }) => message).join()).toContain('pageNam');
    expect(report?.tests).toEqual([]);
  });
});

it('the tests of the examples pass', async () => {
  const root = resolve(import.meta.dirname, '..', '..');
  const reports = await testMappings([join(root, 'migrations-examples/csv-export/mapping.yaml')]);
  expect(reports.map(({ passed, failed, problems }) => [passed, failed, problems])).toEqual([[5, 0, []]]);
});
