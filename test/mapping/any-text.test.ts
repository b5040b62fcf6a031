import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadMapping } from '../../src/config/load-mapping.ts';
import { transformTable } from '../../src/config/transform-schema.ts';
import { mappingProblems } from '../../src/migration/job/read-job-files.ts';
import { changed, changesOf, cutTexts, lacksOf, type Tree, wordsOf } from '../support/any-tree.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'any-text-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const base = `mapping: base
engine: sqlite
variables: { site: { type: integer, default: 7 }, prefix: { type: identifier, default: old_ }, pepper: { type: secret } }
lookups: { goals: { key: id, values: [event], describe: goals } }
defaults:
  time: { from: ts, unit: s }
  window: { column: ts, type: s, lateness: { before: 1h, after: 2h } }
  hit:
    visitorID: { from: visitor, then: [ { hash: { algorithm: md5, length: 32, salt: pepper } } ] }
    userAgent: { real: ua, browser: b, browserVersion: bv, os: o, osVersion: ov, device: d, codes: matomo }
streams:
  visits:
    query: "SELECT * FROM \${prefix}visits WHERE site = :site AND ts >= :from AND ts < :to"
    key: [id]
    optional: [later]
    skip: { bots: { any: [ { bot: 1 }, { ua: { matches: bot } } ] } }
    reject: { broken: { not: { present: [id] }, age: { ge: 1, lt: 5 }, kind: [a, b], absent: x } }
    hit:
      pageName: { first: [ title, { template: "Search: {word}[ ({n})]" } ], then: [htmlUnescape, stripTags, lower], else: reject }
      pageURL: { from: url, then: [ { dropParams: [sid] }, redact, { replace: { match: "^http:", with: "https:" } } ], overflow: reject }
      prop1: { from: path, when: { path: { not: [x, y] } }, then: [ { split: "/" }, { pick: 1 }, { map: { a: b } }, { nullIf: x } ] }
      eVar1: { from: n, then: [ number, { multiply: "0.01" }, { round: 2 } ] }
      contextData.k: json.a.b
      customerID.crm.id: user
      customerID.crm.authState: { const: 1 }
      hints.mobile: m
      events: [ purchase, { event: event5, value: total, id: serial, when: { total: { gt: 0 } } }, { from: g, then: [ { split: "," }, { lookup: goals.event } ] } ]
      products: { each: items, category: c, name: sku, quantity: q, unitPrice: p, eVar3: colour, events: [ { event: event6, value: tax } ] }
      queryString: { state: region, c.area: area }
`;
const files = `mapping: files
engine: files
files:
  hits: { format: csv, delimiter: ";", quote: none, header: [a, b], charset: latin1 }
  logs: { format: lines, pattern: combined }
streams:
  hits: { rows: hits, time: { from: a, format: "YYYY-MM-DD HH:mm:ss", zone: { from: z, else: { const: UTC } }, ambiguous: later, gap: reject }, hit: { visitorID: b, userAgent: b, linkName: { const: l }, linkType: b } }
`;
const own = `mapping: own
extends: ./base.yaml
defaults: { hit: { eVar9: nine } }
streams:
  visits: { hit: { pageName: null, eVar2: x }, skip: { bots: null, more: { a: b } } }
`;

/** Every word of the language. */
const word = wordsOf([base, files, own], Object.keys(transformTable));

async function told(text: string): Promise<string[]> {
  writeFileSync(join(folder, 'own.yaml'), text);
  const read = await loadMapping('./own.yaml', { from: folder, readyMadeFolder: folder });
  const problems = mappingProblems(read);
  if (read.mapping === undefined) expect(problems.length).toBeGreaterThan(0);
  return problems.flatMap(lacksOf);
}

describe('whatever a mapping file says', () => {
  const trees = [base, files, own].map((text) => parse(text, { schema: 'failsafe' }) as Tree);

  it.each([
    ['base', base],
    ['files', files],
    ['own', own],
  ])('the file that is changed, %s, is good', async (_name, text) => {
    writeFileSync(join(folder, 'base.yaml'), base);
    writeFileSync(join(folder, 'own.yaml'), text);
    const read = await loadMapping('./own.yaml', { from: folder, readyMadeFolder: folder });
    expect(mappingProblems(read).map(({ message }) => message)).toEqual([]);
  });

  it('only problems with a place and a cure come out of a tree near the schema', async () => {
    writeFileSync(join(folder, 'base.yaml'), base);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...trees), changesOf(word), fc.boolean(), async (start, list, isFlow) => {
        const root = list.reduce(changed, start);
        const text = isFlow ? JSON.stringify(root) : stringify(root);
        expect(await told(text)).toEqual([]);
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 150) },
    );
  });

  it('and out of a text that is no YAML any more', async () => {
    writeFileSync(join(folder, 'base.yaml'), base);
    await fc.assert(
      fc.asyncProperty(cutTexts([base, files, own], word), async (text) => {
        expect(await told(text)).toEqual([]);
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 150) },
    );
  });
});
