import { z } from 'zod';
import { curable, oneOf, type ProblemParams } from './parse-node.ts';
import { type TransformSpec, transformSchema } from './transform-schema.ts';

export type { TransformSpec } from './transform-schema.ts';

/** Every scalar of our YAML is the text as written. */
export const text = z.string();
/** A text that is not empty. */
export const name = z.string().min(1, curable('is empty', 'write a name, or leave the key out'));
const texts = oneOf([text, z.array(text)], { error: 'a text or a list of texts' });
const names = oneOf([name, z.array(name)], { error: 'a column name or a list of them' });

/** Conditions: column first; all entries hold; `present absent any not` are reserved. */
export type ConditionSpec = { readonly [columnOrReserved: string]: unknown };
const test = oneOf(
  [
    text,
    z.array(text),
    z.strictObject({
      ge: text.optional().describe('At least this decimal number.'),
      gt: text.optional().describe('Above this decimal number.'),
      le: text.optional().describe('At most this decimal number.'),
      lt: text.optional().describe('Below this decimal number.'),
      matches: text.optional().describe('A regular expression finds something in it.'),
      not: texts.optional().describe('None of these texts; holds where the column is absent.'),
    }),
  ],
  { error: 'a text, a list of texts, or a map of gt, ge, lt, le, matches, not' },
);
/** What one column of a condition must be: a text, one of several, or comparisons that must all hold. */
export type ColumnTest = z.infer<typeof test>;

/** Conditions wherever one may stand. */
export const condition: z.ZodType<ConditionSpec> = z
  .lazy(() =>
    z
      .object({
        present: names.optional().describe('Columns that must not be absent.'),
        absent: names.optional().describe('Columns that must be absent.'),
        any: z.array(condition).optional().describe('At least one of these conditions holds.'),
        not: condition.optional().describe('This condition does not hold.'),
      })
      .catchall(test),
  )
  .meta({ id: 'condition', description: 'Column first; all entries must hold.' });

/** The one shape of a value: a column's name, or one source with tails. */
export type ValueSpec = string | ValueMap;
/** Exactly one of `from`, `const`, `template`, `first`, and any tails. */
export interface ValueMap {
  from?: string | undefined;
  const?: string | undefined;
  template?: string | undefined;
  first?: ValueSpec[] | undefined;
  when?: ConditionSpec | undefined;
  then?: TransformSpec[] | undefined;
  /** `reject`, or a value. */
  else?: ValueSpec | undefined;
  overflow?: 'cut' | 'reject' | 'hash' | undefined;
}
/** What a value may take its text from: exactly one. */
export const sources = ['from', 'const', 'template', 'first'] as const;
const oneSource: z.core.CheckFn<ValueMap> = (ctx) => {
  const given = sources.filter((source) => ctx.value[source] !== undefined);
  if (given.length === 1) return;
  const wanted = `a value needs exactly one of ${sources.join(', ')}`;
  const none = given.length === 0;
  const message = none ? `${wanted}; none stands here` : `${wanted}; here stand ${given.join(' and ')}`;
  const params: ProblemParams = {
    hint: none ? 'such as { from: column }' : 'keep one; first: [ … ] tries several in turn',
  };
  ctx.issues.push({ code: 'custom', input: ctx.value, message, params });
};
const valueParts = {
  from: name.optional().describe('A source column, or a dotted path into JSON.'),
  const: text.optional().describe('The same text for all rows.'),
  template: text.optional().describe('Text with {column}; a part in [ ] vanishes with its columns.'),
  get first() {
    return z
      .array(value)
      .min(1, curable('is empty', 'name what is tried'))
      .optional()
      .describe('The first of these values that is present.');
  },
  when: condition.optional().describe('Absent where this does not hold.'),
  then: z.array(transformSchema).optional().describe('Transforms, in order.'),
  get else() {
    return value.optional().describe('`reject`, or a value, where the result is absent.');
  },
  overflow: z.enum(['cut', 'reject', 'hash']).optional().describe("Over the column's byte limit; default: cut."),
};
/** Checks and describes a value wherever one may stand. */
export const valueSchema: z.ZodType<ValueSpec> = z
  .lazy(() =>
    oneOf([name, z.strictObject(valueParts).check(oneSource)], {
      error: `a column name, or a map with exactly one of ${sources.join(', ')}`,
    }),
  )
  .meta({ id: 'value', description: "A source column's name, or a map with exactly one source and any tails." });
const value = valueSchema;

/** `time:` is a value with a unit or a format, and a zone where the text has no offset. */
export const time = oneOf(
  [
    name,
    z
      .strictObject({
        ...valueParts,
        unit: z.enum(['s', 'ms', 'us', 'ns']).optional().describe('The value is an integer since 1970.'),
        format: text.optional().describe('dayjs tokens, strict. Without unit and format: ISO 8601 or SQL.'),
        zone: value.optional().describe('A zone name, or a value; required where the text has no offset.'),
        ambiguous: z
          .enum(['earlier', 'later', 'reject'])
          .optional()
          .describe('Which instant a wall clock time means that happens twice; counted as mended. Default: earlier.'),
        gap: z
          .enum(['forward', 'reject'])
          .optional()
          .describe(
            'What becomes of a wall clock time that never happens. Default: forward, by the length of the gap, counted as mended.',
          ),
      })
      .check(oneSource, (ctx) => {
        if (ctx.value.unit === undefined || ctx.value.format === undefined) return;
        const message = 'unit and format exclude each other: an integer has no format';
        ctx.issues.push({
          code: 'custom',
          input: ctx.value,
          path: ['format'],
          message,
          params: { key: true, hint: 'keep one of them' } satisfies ProblemParams,
        });
      }),
  ],
  { error: `a column name, or a map with exactly one of ${sources.join(', ')}` },
).meta({ id: 'time', description: 'When the hit happened.' });
/** A value that is read as an instant. */
export type TimeSpec = string | (ValueMap & Exclude<z.infer<typeof time>, string>);
