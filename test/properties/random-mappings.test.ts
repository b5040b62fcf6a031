import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { columnNames, dividedColumns } from '../../src/adobe/columns.ts';
import { queryParameterNames } from '../../src/adobe/query-parameters.ts';
import { adobeRule, type RuleId } from '../../src/adobe/rules.ts';
import { encodeLine } from '../../src/csv/encode-csv.ts';
import { lintFile } from '../../src/lint/lint-file.ts';
import type { BoundMapping } from '../../src/mapping/bind-mapping.ts';
import { HIT } from '../../src/mapping/mapper.ts';
import { createRowReader } from '../../src/sandbox/read-rows.ts';
import { fillSettings } from '../../src/sandbox/settings.ts';
import { bound, type Said } from '../mapping/mapped.ts';
import { dirtyText } from './dirty-text.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'random-mappings-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const sources = ['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7'];
const parts = ['sku', 'category', 'quantity', 'price', 'color', 'bonus'];
const source = fc.constantFrom(...sources);

const transform = fc.constantFrom<unknown>(
  'lower',
  'upper',
  'alnum',
  'htmlUnescape',
  'stripTags',
  'urlDecode',
  'number',
  { replace: { match: 'a', with: '\t D=' } },
  { extract: '.{1,5}' },
  { queryParam: 'pageName' },
);
const value: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: source, weight: 3 },
  fc.record({ from: source, then: fc.array(transform, { minLength: 1, maxLength: 3 }) }),
  fc.record({
    template: fc.constantFrom('{s1}-{s2}', 'D={s1}', '{s3},{s4}', '[{s5}|]{s6}', '{s1}&v9={s2}', ';{s1};{s2}'),
  }),
  fc.record({ first: fc.tuple(source, fc.record({ from: source, then: fc.constant(['lower']) })) }),
  fc.record({ from: source, else: source }),
);
const limited = fc.record({ from: source, overflow: fc.constantFrom('cut', 'reject', 'hash') });
const list = fc.record({
  from: source,
  then: fc.constantFrom([{ split: ',' }], [{ split: '|' }, 'lower'], ['feedEvents']),
});

const event = fc.oneof<fc.Arbitrary<unknown>[]>(
  fc.constantFrom('event1', 'event5', 'purchase', 'prodView'),
  fc.record({ event: fc.constantFrom('event1', 'event2', 'event5'), value: source }),
  fc.record({ event: fc.constantFrom('event2', 'scAdd'), id: source }),
  list,
);
const products = fc.oneof(
  source,
  fc.record({ from: source, then: fc.constant(['feedProducts']) }),
  fc.record(
    {
      each: fc.constant('items'),
      name: fc.constant('sku'),
      category: fc.constant('category'),
      quantity: fc.constant('quantity'),
      lineTotal: fc.constant('price'),
      eVar1: fc.constant('color'),
      events: fc.constant([{ event: 'event5', value: 'bonus', id: 'color' }]),
    },
    { requiredKeys: ['each', 'name'] },
  ),
);
const parameters = [...queryParameterNames().filter((name) => !/^[vc]\d\d/.test(name)), 'c.one', 'c.Two'];
const queryString = fc.oneof(
  value,
  fc.dictionary(fc.constantFrom(...parameters), source, { minKeys: 1, maxKeys: 5 }) as fc.Arbitrary<unknown>,
);

const others = columnNames().filter((name) => !/^(?:timestamp|reportSuiteID|events|products|queryString)$/.test(name));
const named = others.filter((name) => !/^(?:eVar|prop)\d/.test(name));
const hit = fc.record({
  columns: fc.uniqueArray(fc.oneof(fc.constantFrom(...named), fc.constantFrom(...others)), {
    minLength: 3,
    maxLength: 14,
  }),
  values: fc.array(fc.oneof({ arbitrary: value, weight: 6 }, limited), { minLength: 14, maxLength: 14 }),
  lists: fc.array(list, { minLength: 14, maxLength: 14 }),
  isList: fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }),
  builders: fc.record(
    { events: fc.oneof(value, fc.array(event, { minLength: 1, maxLength: 4 })), products, queryString },
    { requiredKeys: [] },
  ),
});
const suite = fc.record({
  seed: fc.constantFrom(null, 'crm'),
  currency: fc.constantFrom(null, 'EUR', 'JPY'),
  delimiters: fc.constantFrom({}, { list1: ',', list2: '|', list3: ';', prop1: ';', hier1: '|', hier2: '::' }),
  unlistedCurrency: fc.constantFrom('reject' as const, 'empty' as const, 'send' as const),
  numericEvents: fc.constantFrom(null, [], ['event1', 'event5']),
  counterEVars: fc.constantFrom([], ['eVar1', 'eVar5']),
});

const said = fc.tuple(hit, suite).map(([{ columns, values, lists, isList, builders }, known]): Said => {
  const takesList = (name: string): boolean =>
    name === 'transactionID' || (dividedColumns.includes(name) && Object.hasOwn(known.delimiters, name));
  const specs = columns.map((name, at) => [name, isList[at] && takesList(name) ? lists[at] : values[at]] as const);
  const fixed = {
    visitorID: { first: ['visitor', 's0'] },
    ipaddress: 'address',
    userAgent: { first: ['agent', { const: 'Mozilla/5.0' }] },
    pageName: { first: ['s1', { const: 'p' }] },
    'customerID.crm.id': 's2',
    'customerID.crm.isMCSeed': 's3',
    'customerID.crm.authState': 's4',
  };
  return { columns: names.slice(2), suite: known, hit: { ...Object.fromEntries(specs), ...fixed, ...builders } };
});

const names = ['id', 'ts', ...sources, 'visitor', 'address', 'agent', 'items', ...parts];
const mostly = (good: string) => fc.oneof({ arbitrary: fc.constant(good), weight: 4 }, dirtyText);
const item = fc.record(Object.fromEntries(parts.map((part) => [part, dirtyText])));
const row = fc
  .record({
    ...Object.fromEntries(names.map((name) => [name, dirtyText])),
    id: fc.constant('7'),
    ts: fc.constant('1425204000'),
    visitor: mostly('v1'),
    address: mostly('203.0.113.9'),
    agent: mostly('Mozilla/5.0'),
    items: fc.oneof(
      fc.array(item, { maxLength: 3 }).map((items) => JSON.stringify(items)),
      dirtyText,
    ),
  })
  .map((cells) => names.map((name) => cells[name as keyof typeof cells] as string));

/** The mapping, without its query where a parameter stands beside its column, or twice. */
function compiled(given: Said): BoundMapping['mapping'] {
  return bound(given).mapping ?? bound({ ...given, hit: { ...given.hit, queryString: undefined } }).mapping;
}

const isOnlyWarned = (rule: RuleId): boolean => (adobeRule(rule).done as readonly string[]).includes('warned');
const tolerated = ['unsure', 'value cut'];

it('what any mapping lets pass breaks no rule that is kept while mapping, and passes the gate and the sandbox', async () => {
  const path = join(folder, 'hits.csv.gz');
  let hits = 0;
  let rows = 0;
  await fc.assert(
    fc.asyncProperty(said, fc.array(row, { minLength: 12, maxLength: 12 }), async (given, cells) => {
      const mapping = compiled(given);
      const mapper = mapping?.streams[0];
      if (mapping === undefined || mapper === undefined)
        throw new Error(
          bound(given)
            .problems.map(({ message }) => message)
            .join('\n'),
        );
      const lines = cells.flatMap((one) =>
        mapper.map(one) === HIT ? [encodeLine(mapper.output.cells, mapper.output.plain)] : [],
      );
      rows += cells.length;
      hits += lines.length;
      if (lines.length === 0) return;
      const text = [mapping.header, ...lines, ''].join('\n');
      writeFileSync(path, gzipSync(text, { level: 1 }));
      const known = given.suite ?? {};
      const strict = await lintFile(path, { values: true, suite: known });
      expect(strict.findings.filter(({ rule }) => !isOnlyWarned(rule))).toEqual([]);
      expect(strict.rows).toBe(lines.length);
      const gate = await lintFile(path, { suite: known });
      expect(gate.findings.filter(({ consequence }) => !tolerated.includes(consequence))).toEqual([]);
      const sandbox = createRowReader(
        fillSettings(typeof known.seed === 'string' ? { seedType: known.seed } : {}),
        0,
        0,
      );
      sandbox.push(text, true);
      expect(sandbox.finish('', null)).toMatchObject({ rows: lines.length, invalidRows: 0, error: null });
    }),
    { numRuns: 150 },
  );
  expect(hits / rows, 'rows that became hits').toBeGreaterThan(0.3);
});
