import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadMapping } from '../../../src/config/load-mapping.ts';
import { columnFacts } from '../../../src/inspection/init/column-facts.ts';
import { draftColumns } from '../../../src/inspection/init/draft-columns.ts';
import { mappingText } from '../../../src/inspection/init/mapping-text.ts';
import { writeSourceName } from '../../../src/mapping/source-name.ts';
import { scratch } from './init-checked.ts';

const { root } = scratch();
const agent = 'Mozilla/5.0 (X11; Linux x86_64)';
const awkward = [
  'a: b',
  '- a',
  '# a',
  'a #b',
  '{a}',
  '[a',
  '"a"',
  "it's",
  '*a',
  '&a',
  '!a',
  '%a',
  '@a',
  'null',
  '~',
  '012',
  'a\nb',
  'a\u2028b',
  'a\u00a0',
  '\u3000a',
  'a\ufeff',
  'a ',
  '"',
  '\\',
];
/** Names as the members of JSON have them: any text at all. */
const anyName = fc.oneof(fc.constantFrom(...awkward), fc.string({ minLength: 1, unit: 'grapheme' }));

describe('mappingText', () => {
  it('is a mapping that says what the draft says, whatever columns and values are called', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyName,
        anyName,
        anyName,
        fc.array(fc.tuple(anyName, anyName)),
        async (visitor, page, kind, more) => {
          const named = (part: string): string => writeSourceName(['row', part]);
          const columns = { visitorID: named(visitor), pageName: named(page), kind: named(kind), timestamp: 'row.at' };
          fc.pre(new Set(Object.values(columns)).size === 4);
          const values: Record<string, readonly string[]> = {
            ...Object.fromEntries(more.map(([name, value]) => [named(name), [value]])),
            [columns.visitorID]: ['a1'],
            [columns.pageName]: ['Home'],
            [columns.kind]: ['page', kind],
            'row.at': ['2024-01-01T10:00:00Z'],
            agent: [agent],
          };
          const facts = Object.entries(values).map(([name, cells]) => columnFacts(name, null, cells));
          const places = { says: '', key: [], indexed: [], isUtcType: () => false };
          const drafted = draftColumns(facts, places, { columns, zone: undefined });
          const draft = {
            ...drafted,
            stream: 'hits',
            of: 'rows',
            others: [],
            sampledRows: 1,
            remarks: [visitor],
            query: null,
            files: { format: 'jsonl' as const },
            key: null,
            window: null,
          };
          const path = join(root, 'mapping.yaml');
          writeFileSync(path, mappingText(draft, { name: 'any', engine: 'files', schema: 'mapping.schema.json' }));
          const { mapping, problems } = await loadMapping(path, { from: root, readyMadeFolder: root });
          expect(problems?.map(({ message }) => message)).toBe(undefined);
          const [[stream, spec] = []] = mapping?.streams ?? [];
          expect(stream).toBe('hits');
          expect(spec?.time).toEqual({ from: 'row.at', zone: 'UTC' });
          const said = Object.fromEntries(drafted.hit.columns.map(({ column, value }) => [column, value]));
          expect(spec?.hit).toEqual(JSON.parse(JSON.stringify(said)));
          expect(said['visitorID']).toBe(columns.visitorID);
        },
      ),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 100) },
    );
  });
});
