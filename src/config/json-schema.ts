import { z } from 'zod';
import { familyNames, mappingSchema } from './mapping-schema.ts';
import { type MergedMaps, mergedBelow, mergedMaps, ownKeys } from './merged-maps.ts';
import { migrationSchema } from './migration-schema.ts';
import { testsSchema } from './tests-schema.ts';

/** A JSON Schema document (draft 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The schema of a mapping file, for editors; as strict as the program, but for what only shows across keys. `columns`
 * are Adobe's columns with a word on each, which an editor completes below `hit`.
 */
export function mappingJsonSchema(columns: Readonly<Record<string, string>> = {}): JsonSchema {
  const document = jsonSchema(mappingSchema, 'bdia-migrate mapping');
  const { stream } = document['$defs'] as { stream: { properties: { hit: { properties: Record<string, unknown> } } } };
  const { hit } = stream.properties;
  const value = { $ref: '#/$defs/value' };
  // They are there to be told, not to be offered.
  for (const family of familyNames) delete hit.properties[family];
  const completed = Object.entries(columns).map(([name, says]) => [name, { description: says, ...value }]);
  hit.properties = { ...Object.fromEntries(completed), ...hit.properties };
  return document;
}

/** The schema of a mapping file with `null` at every key that may take away what it inherits. */
export function mappingEditorSchema(columns: Readonly<Record<string, string>> = {}): JsonSchema {
  const document = mappingJsonSchema(columns);
  const defs = document['$defs'] as Record<string, Part>;
  const visited = new Set<Part>();
  const nullable = (part: Part): Part => {
    if (part.$ref === undefined) return { anyOf: [part, { type: 'null' }] };
    const { $ref, ...words } = part;
    const name = `${$ref.slice('#/$defs/'.length)}OrNull`;
    defs[name] ??= { anyOf: [{ $ref }, { type: 'null' }] };
    return { ...words, $ref: `#/$defs/${name}` };
  };
  const visit = (part: Part, maps: MergedMaps, but: readonly string[] = []): void => {
    const target = part.$ref === undefined ? part : (defs[part.$ref.slice('#/$defs/'.length)] as Part);
    if (visited.has(target)) return;
    visited.add(target);
    const each = (key: string, member: Part): Part => {
      const inner = mergedBelow(maps, key);
      if (inner !== undefined) visit(member, inner);
      return but.includes(key) ? member : nullable(member);
    };
    if (target.properties !== undefined) {
      const members = Object.entries(target.properties).map(([key, member]) => [key, each(key, member)]);
      target.properties = Object.fromEntries(members);
    }
    if (typeof target.additionalProperties === 'object') {
      target.additionalProperties = each('*', target.additionalProperties);
    }
  };
  visit(document as unknown as Part, mergedMaps, ownKeys);
  return document;
}

interface Part {
  readonly $ref?: string;
  readonly anyOf?: readonly Part[];
  readonly type?: string;
  properties?: Record<string, Part>;
  additionalProperties?: Part | boolean;
}

/** The schema of a migration file, for editors. */
export function migrationJsonSchema(): JsonSchema {
  return jsonSchema(migrationSchema, 'bdia-migrate migration');
}

/** As `migrationJsonSchema`, with what may be written for a text, and its bounds, apart: `form`. For the reference. */
export function migrationForms(): JsonSchema {
  return formedSchema(migrationSchema, 'bdia-migrate migration');
}

/** The schema of a file of tests, for editors. */
export function testsJsonSchema(): JsonSchema {
  return jsonSchema(testsSchema, 'bdia-migrate tests of a mapping');
}

/** The forms of texts begin what is said of them. */
function jsonSchema(schema: z.ZodType, title: string): JsonSchema {
  const words = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null) return part;
    if (Array.isArray(part)) return part.map(words);
    const { form, ...rest } = part as Readonly<Record<string, unknown>>;
    const said = Object.fromEntries(Object.entries(rest).map(([key, member]) => [key, words(member)]));
    if (typeof form !== 'string') return form === undefined ? said : { form: words(form), ...said };
    const { description } = rest;
    const what = `${form.charAt(0).toUpperCase()}${form.slice(1)}.`;
    return { ...said, description: typeof description === 'string' ? `${what} ${description}` : what };
  };
  return words(formedSchema(schema, title)) as JsonSchema;
}

/** An editor types scalars as YAML does, where the program takes the text as written: so numbers and booleans fit texts. */
function formedSchema(schema: z.ZodType, title: string): JsonSchema {
  const document = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema: part }) => {
      if (part.type === 'string' && part.enum !== undefined) {
        delete part.type;
        part.enum = part.enum.flatMap((text) =>
          text === 'true' || text === 'false' ? [text, text === 'true'] : [text],
        );
      } else if (part.type === 'string' && part.const === undefined) {
        // zod's own type of a schema part allows one type only; JSON Schema allows a list.
        Object.assign(part, { type: ['string', 'number', 'boolean'] });
      }
    },
  });
  return { title, ...document };
}
