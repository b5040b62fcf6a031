import { z } from 'zod';
import { mappingSchema } from './mapping-schema.ts';
import { migrationSchema } from './migration-schema.ts';

/** A JSON Schema document (draft 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema of a mapping file, for editors; as strict as the program, but for what only shows across keys. */
export function mappingJsonSchema(): JsonSchema {
  return jsonSchema(mappingSchema, 'bdia-migrate mapping');
}

/** The schema of a migration file, for editors. */
export function migrationJsonSchema(): JsonSchema {
  return jsonSchema(migrationSchema, 'bdia-migrate migration');
}

/** An editor types scalars as YAML does, where the program takes the text as written: so numbers and booleans fit texts. */
function jsonSchema(schema: z.ZodType, title: string): JsonSchema {
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
