import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { column, columnNames } from '../../src/adobe/columns.ts';
import { adobeRule, type RuleId } from '../../src/adobe/rules.ts';
import { encodeLine } from '../../src/csv/encode-csv.ts';
import type { Cell } from '../../src/domain/row.ts';
import { lintFile } from '../../src/lint/lint-file.ts';
import { HIT, type MapperOutput } from '../../src/mapping/mapper.ts';
import { bound, type Said } from '../mapping/mapped.ts';
import { dirtyText as text } from './dirty-text.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'adobe-rules-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const written = new Set(['timestamp', 'reportSuiteID']);
const byText = columnNames().filter((name) => !written.has(name) && !/^(?:eVar|prop)(?:[4-9]|\d\d+)$/.test(name));

const suite = { seed: 'crm', currency: 'EUR', delimiters: { list1: ',', list2: '|', prop1: ';', hier1: '|' } };

/** Every column of Adobe's, each from a source column of its own, and the builders. */
const everything: Said = {
  columns: [
    ...byText.map((name) => `s_${name}`),
    'key1',
    'seed',
    'mark',
    'state',
    'items',
    'amount',
    'serial',
    'suite',
    'zone',
  ],
  time: { from: 'ts', zone: { from: 'zone', else: { const: 'UTC' } } },
  reportSuiteID: { from: 'suite', else: { const: 'rs' } },
  suite,
  hit: {
    ...Object.fromEntries(byText.map((name) => [name, `s_${name}`])),
    visitorID: 's_visitorID',
    userAgent: { real: 's_userAgent', browser: 's_language' },
    pageName: 's_pageName',
    pageURL: 's_pageURL',
    eVar2: { from: 's_eVar2', then: [{ split: ',' }, { pick: '1' }] },
    eVar3: { from: 's_eVar3', overflow: 'hash' },
    list1: { from: 's_list1', then: [{ split: ',' }] },
    prop1: { from: 's_prop1', then: [{ split: '|' }] },
    'customerID.crm.id': 'seed',
    'customerID.crm.isMCSeed': 'mark',
    'customerID.crm.authState': 'state',
    'contextData.one': 'key1',
    'contextData.two': 's_eVar1',
    events: [
      'event1',
      { event: 'event2', value: 'amount', id: 'serial' },
      { from: 's_events', then: [{ split: ',' }] },
    ],
    products: {
      each: 'items',
      category: 'category',
      name: 'sku',
      quantity: 'quantity',
      unitPrice: 'price',
      eVar1: 'color',
      events: [{ event: 'event5', value: 'bonus' }],
    },
  },
};
/** The same, with products and queryString that the source holds finished or by parameters. */
const finished: Said = {
  ...everything,
  hit: { ...everything.hit, products: 's_products', events: 's_events', queryString: 's_queryString' },
};
const byParameters: Said = {
  ...everything,
  hit: {
    ...Object.fromEntries(
      Object.entries(everything.hit ?? {}).filter(
        ([name]) => !['pageName', 'pageURL', 'eVar1', 'referrer'].includes(name),
      ),
    ),
    pageName: undefined,
    queryString: {
      g: 's_pageURL',
      pageName: 's_pageName',
      v1: 's_eVar1',
      r: 's_referrer',
      'c.three': 'key1',
      state: 'state',
    },
  },
};

const items = fc.oneof(
  fc.constantFrom('', 'null', '{}', '[]', 'x', '[{"sku":"a","quantity":"1","price":"2.5"}]'),
  fc
    .array(fc.record({ sku: text, category: text, quantity: text, price: text, color: text, bonus: text }), {
      maxLength: 4,
    })
    .map((list) => JSON.stringify(list)),
);
const time = fc.oneof(
  fc.integer({ min: -2_000_000_000, max: 9_999_999_999 }).map((seconds) => {
    return new Date(seconds * 1000).toISOString();
  }),
  fc.constantFrom(
    '2015-03-01 10:00:00',
    '2015-03-29 02:30:00.999999',
    '2001-09-09T01:46:39Z',
    '2286-11-20T17:46:39Z',
    '0000-00-00 00:00:00',
    '',
    'x',
  ),
);
const cells = fc.record({
  ...Object.fromEntries((everything.columns ?? []).map((name) => [name, text])),
  ts: time,
  items,
  suite: fc.oneof({ arbitrary: fc.constant('rs'), weight: 6 }, text, fc.constantFrom('a,b', 'a, b', 's'.repeat(41))),
  zone: fc.constantFrom('', 'UTC', 'Europe/Berlin', 'nowhere'),
});
/** Most rows must become hits, or little is tried. */
const usual = fc.record({
  s_visitorID: fc.constantFrom('v1', 'A9'),
  s_userAgent: fc.constantFrom('Mozilla/5.0', 'x'),
  s_currencyCode: fc.constantFrom('', 'EUR', 'chf'),
  suite: fc.constantFrom('', 'rs', 'rs,rs2'),
  ts: fc.constantFrom('2015-03-01T10:00:00Z', '2021-01-01 00:00:00.5'),
});
const row = fc.tuple(cells, usual, fc.boolean(), fc.boolean()).map(([nasty, good, isUsual, isPage]) => ({
  ...nasty,
  ...(isUsual ? good : {}),
  ...(isPage ? { s_linkName: '', s_linkURL: '', s_linkType: '', s_pageName: 'Home' } : {}),
}));

/** The line as it goes into a chunk, which is what the readable encoder makes of the cells. */
function lineOf({ cells, plain }: MapperOutput): string {
  const line = encodeLine(cells, plain);
  expect(line).toBe(encodeLine(cells));
  return line;
}

const tolerated = ['unsure', 'value cut'];
const grave = ['file rejected', 'row skipped', 'hit dropped'];

/** Whether hits may break a rule, because all that is done about it is that somebody is told. */
function isOnlyWarned(rule: RuleId): boolean {
  const done: readonly string[] = adobeRule(rule).done;
  return done.includes('warned');
}

describe('a hit that leaves the mapper', () => {
  it.each([
    ['built', everything],
    ['finished by the source', finished],
    ['with parameters', byParameters],
  ])('%s breaks no rule of a file, a row or a hit', async (name, said) => {
    const { mapping, problems } = bound(said);
    if (mapping === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
    const [mapper] = mapping.streams;
    if (mapper === undefined) throw new Error('no stream');
    const names = ['id', 'ts', ...(said.columns ?? [])];
    const path = join(folder, `${name}.csv.gz`);
    let hits = 0;
    let rows = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 20, maxLength: 20 }), async (given) => {
        const lines = given.flatMap((values) => {
          rows += 1;
          const all: Record<string, Cell> = { id: '7', ...values };
          if (mapper.map(names.map((column) => all[column] ?? null)) !== HIT) return [];
          hits += 1;
          return [lineOf(mapper.output)];
        });
        if (lines.length === 0) return;
        writeFileSync(path, gzipSync([mapping.header, ...lines, ''].join('\n')));
        const strict = await lintFile(path, { values: true, suite });
        expect(strict.findings.filter(({ rule }) => grave.includes(adobeRule(rule).class))).toEqual([]);
        expect(strict.findings.filter(({ rule }) => !isOnlyWarned(rule))).toEqual([]);
        expect(strict.rows).toBe(lines.length);
        const gate = await lintFile(path, { suite });
        expect(gate.findings.filter(({ consequence }) => !tolerated.includes(consequence))).toEqual([]);
      }),
      { numRuns: 40 },
    );
    expect(hits / rows, 'rows that became hits').toBeGreaterThan(0.3);
  });

  it.each([
    ['built', everything],
    ['with parameters', byParameters],
  ])('%s was tried with a value in each of its columns, and with what limits and cleaning are for', (_name, said) => {
    const { mapping } = bound(said);
    const mapper = mapping?.streams[0];
    if (mapping === undefined || mapper === undefined) throw new Error('no stream');
    const names = ['id', 'ts', ...(said.columns ?? [])];
    const filled = new Set<string>();
    const tried = new Set<string>();
    for (const values of fc.sample(row, { numRuns: 1_500, seed: 1 })) {
      const all: Record<string, Cell> = { id: '7', ...values };
      if (mapper.map(names.map((column) => all[column] ?? null)) !== HIT) continue;
      const texts = Object.values(values).join('');
      if (/[\u0000-\u001f]/.test(texts)) tried.add('control characters');
      if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(texts)) tried.add('half pairs');
      if (/\S{300}/.test(texts)) tried.add('long values');
      for (const [place, column] of mapping.columns.entries()) if (mapper.output.cells[place]) filled.add(column);
    }
    expect([...mapping.columns].filter((column) => !filled.has(column))).toEqual([]);
    expect([...tried].sort()).toEqual(['control characters', 'half pairs', 'long values']);
  });

  it('was tried with every kind of column', () => {
    const kinds = new Set(columnNames().map((name) => column(name)?.kind));
    const tried = new Set(Object.keys(everything.hit ?? {}).map((name) => column(name)?.kind));
    expect([...kinds].filter((kind) => !tried.has(kind) && kind !== 'timestamp' && kind !== 'suites')).toEqual([]);
  });
});
