import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { columnNames } from '../../src/adobe/columns.ts';
import { eventNames } from '../../src/adobe/events.ts';
import { mappingJsonSchema, testsJsonSchema } from '../../src/config/json-schema.ts';
import type { TransformSpec } from '../../src/config/mapping-schema.ts';
import { transformTable } from '../../src/config/transform-schema.ts';
import { mappingReference } from '../../src/mapping/reference.ts';
import { columnsForEditors } from '../../src/mapping/reference-columns.ts';
import { compileTransforms } from '../../src/mapping/transforms/compile.ts';

interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
}

const update = 'UPDATE_DOCS=1 npx vitest run --config test/vitest.config.ts --project pure test/mapping/reference';

describe('docs/mapping-reference.md', () => {
  it('is what the code says', () => {
    const path = join(import.meta.dirname, '../../docs/mapping-reference.md');
    const text = mappingReference();
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, text);
    expect(
      readFileSync(path, 'utf8') === text,
      `the reference has drifted from the code; write it anew: ${update}`,
    ).toBe(true);
  });

  it.each(Object.entries(transformTable))('shows what %s does', (name, { example }) => {
    const [argument, from, to] = example;
    const spec = (argument === null ? name : { [name]: argument }) as TransformSpec;
    const specs: TransformSpec[] = name === 'pick' ? [{ split: ',' }, spec] : [spec];
    const context = { lookup: () => (key: string) => (key === '3' ? 'event30' : ''), secret: () => undefined };
    const compiled = compileTransforms(specs, context);
    expect(compiled.kind === 'faults' ? compiled.faults : compiled.apply(from)).toEqual(to);
  });

  it('has a word on every key of the schema', () => {
    const silent: string[] = [];
    const walk = (part: unknown, path: string): void => {
      if (typeof part !== 'object' || part === null) return;
      for (const [key, member] of Object.entries(part)) {
        if (key === 'properties' && !path.startsWith('$defs.transform')) {
          for (const [name, own] of Object.entries(member as Record<string, { description?: string }>)) {
            if ((own.description ?? '') === '') silent.push(`${path}.${name}`);
          }
        }
        walk(member, path === '' ? key : `${path}.${key}`);
      }
    };
    walk(mappingJsonSchema(columnsForEditors()), '');
    walk(testsJsonSchema(), '');
    expect(silent).toEqual([]);
  });

  it('names in the schema what the tables of Adobe have', () => {
    const { event, stream } = mappingJsonSchema()['$defs'] as Record<string, { anyOf: Described[] } & Described>;
    const named = event?.anyOf.find(({ properties }) => properties?.['event'] !== undefined)?.properties?.['event'];
    const words = named?.description?.match(/\w+/g) ?? [];
    expect(words.filter((word) => !['to', 'or'].includes(word)).sort()).toEqual(
      ['event1', ...eventNames().filter((name) => !/^event(?!1000$)\d/.test(name))].sort(),
    );
    const last = columnNames().filter((name) => name.startsWith('eVar')).length;
    expect(stream?.properties?.['hit']?.properties?.['products']?.description).toContain(`eVar1 to eVar${last} `);
  });

  it('lists each name once', () => {
    const text = mappingReference();
    for (const name of Object.keys(transformTable))
      expect(text).toMatch(new RegExp(`^\\| (\`${name}\`|\`\\{ ${name}: … \\}\`)`, 'm'));
    for (const name of ['pageURL', 'events', 'hints.brands', 'contextData.KEY', 'customerID.TYPE.isMCSeed']) {
      expect(text.split(`\n| \`${name}\` | `)).toHaveLength(name === 'events' ? 3 : 2);
    }
    expect(text).toContain('| `eVar1` … `eVar250` | `vN` | 255 |');
  });
});
