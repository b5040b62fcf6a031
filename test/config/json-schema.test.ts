import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  mappingEditorSchema,
  mappingJsonSchema,
  migrationJsonSchema,
  testsJsonSchema,
} from '../../src/config/json-schema.ts';
import { columnsForEditors } from '../../src/mapping/reference-columns.ts';

const folder = join(import.meta.dirname, '../../schema');
const update = 'UPDATE_SCHEMA=1 npx vitest run --config test/vitest.config.ts --project pure test/config/json-schema';

describe('the JSON Schemas in schema/', () => {
  for (const [name, make] of [
    ['mapping.schema.json', () => mappingEditorSchema(columnsForEditors())],
    ['migration.schema.json', migrationJsonSchema],
    ['test.schema.json', testsJsonSchema],
  ] as const) {
    it(`${name} is what the code says`, () => {
      const path = join(folder, name);
      const text = `${JSON.stringify(make(), null, 2)}\n`;
      if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(path, text);
      const written = readFileSync(path, 'utf8');
      expect(written === text, `${name} has drifted from the code; write it anew with: ${update}`).toBe(true);
    });
  }

  it('lets an editor type scalars, and knows the keys', () => {
    const migration = migrationJsonSchema() as { properties: Record<string, Record<string, unknown>> };
    expect(Object.keys(migration.properties)).toEqual([
      'migration',
      'mapping',
      'variables',
      'lookups',
      'source',
      'target',
      'range',
      'visitorGroups',
      'chunks',
      'slices',
      'pace',
      'settle',
      'onInvalidRows',
      'rejects',
      'build',
      'disk',
      'folder',
      'notify',
    ]);
    expect(migration.properties['chunks']).toEqual({
      default: {},
      description: 'How large a file that is sent may get; it ends at whichever comes first.',
      type: 'object',
      properties: {
        maxRows: {
          type: ['string', 'number', 'boolean'],
          default: '40000',
          description: expect.stringMatching(/^Whole number from 1 to 10000000\. Rows of a file/),
        },
        maxRawBytes: {
          type: ['string', 'number', 'boolean'],
          default: '95MB',
          description: expect.stringMatching(/^Size from 1KB to 95MB\. Bytes of a file/),
        },
      },
      additionalProperties: false,
    });
    const mapping = mappingJsonSchema() as { required: string[]; additionalProperties: boolean };
    expect([mapping.required, mapping.additionalProperties]).toEqual([['mapping'], false]);
  });

  it('accepts what an editor makes of the YAML of a mapping, and refuses what the program refuses', () => {
    const accepts = (text: string) => z.fromJSONSchema(mappingEditorSchema()).safeParse(parse(text)).success;
    const mapping = `mapping: 7
engine: sqlite
variables: { site: { type: integer, default: 012 } }
defaults:
  time: { from: ts, unit: s }
  skip: { bots: { bot: true, age: { ge: 1.5 } } }
streams:
  visits:
    query: SELECT 1
    key: [id]
    hit: { a: b, c: { const: 1, then: [lower, { round: 2 }, { nullIf: [0, false] }] }, events: [purchase, { event: event1, value: x }] }
files: { hits: { format: csv, header: true } }
`;
    expect(accepts(mapping)).toBe(true);
    expect(accepts(mapping.replace('unit: s', 'unit: x'))).toBe(false);
    expect(accepts(mapping.replace('lower', 'lowr'))).toBe(false);
    expect(accepts(mapping.replace('hit:', 'hits:'))).toBe(false);
    expect(accepts(mapping.replace('const: 1', 'cons: 1'))).toBe(false);
    const own = `mapping: own
extends: m
files: null
defaults: { skip: { bots: null } }
streams: { orders: null, visits: { reject: null, window: { zone: null }, hit: { a: null, events: null, products: null } } }
`;
    expect(accepts(own)).toBe(true);
    expect(accepts(own.replace('extends: m', 'extends: null'))).toBe(false);
    expect(accepts(own.replace('a: null', 'a: { from: null }'))).toBe(false);
  });

  it('accepts what an editor makes of the YAML of tests', () => {
    const accepts = (text: string) => z.fromJSONSchema(testsJsonSchema()).safeParse(parse(text)).success;
    const list = `- { stream: s, row: { a: 1, b: [1, { c: 2 }], d: null }, hit: { timestamp: 1425204000 }, partial: true }
- { name: x, stream: s, row: {}, skip: bots }
- { stream: s, row: { a: "" }, reject: time }
`;
    expect(accepts(list)).toBe(true);
    expect(accepts(list.replace('stream: s', 'steam: s'))).toBe(false);
    expect(accepts(list.replace('partial: true', 'partial: maybe'))).toBe(false);
    const shared = `suite: { currency: EUR, seed: crm, delimiters: { list1: "," }, numericEvents: [event5] }
reportSuiteID: rs
variables: { pepper: 1 }
lookups: { goals: { 3: { event: event30 } } }
tests: [ { stream: s, row: { a: 1 }, reject: time } ]
`;
    expect(accepts(shared)).toBe(true);
    expect(accepts(shared.replace('seed', 'sed'))).toBe(false);
    expect(accepts(shared.replace('reject: time', 'rejects: time'))).toBe(false);
  });

  it('accepts what an editor makes of the YAML of a migration', () => {
    const accepts = (text: string) => z.fromJSONSchema(migrationJsonSchema()).safeParse(parse(text)).success;
    const migration = `migration: acme
mapping: ./a.yaml
source: { engine: sqlite, path: a.db }
target: { reportSuiteID: 1, baseUrl: eu, auth: { kind: token, clientId: 1, token: "\${env:T}" }, expect: true }
range: { from: 2015-01-01, to: 2016-01-01 }
visitorGroups: { count: 4 }
slices: { rows: 500 }
onInvalidRows: { stop: true }
rejects: { budget: 0.1% }
`;
    expect(accepts(migration)).toBe(true);
    expect(accepts(migration.replace('count', 'counts'))).toBe(false);
    expect(accepts(migration.replace('kind: token', 'kind: tokens'))).toBe(false);
  });
});
