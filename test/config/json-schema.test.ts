import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mappingJsonSchema, migrationJsonSchema } from '../../src/config/json-schema.ts';

const folder = join(import.meta.dirname, '../../schema');
const update = 'UPDATE_SCHEMA=1 npx vitest run --config test/vitest.config.ts --project unit test/config/json-schema';

describe('the JSON Schemas in schema/', () => {
  for (const [name, make] of [
    ['mapping.schema.json', mappingJsonSchema],
    ['migration.schema.json', migrationJsonSchema],
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
      type: 'object',
      properties: {
        maxRows: { type: ['string', 'number', 'boolean'], default: '40000' },
        maxRawBytes: { type: ['string', 'number', 'boolean'], default: '95MB' },
      },
      additionalProperties: false,
    });
    const mapping = mappingJsonSchema() as { required: string[]; additionalProperties: boolean };
    expect([mapping.required, mapping.additionalProperties]).toEqual([['mapping'], false]);
  });
});
