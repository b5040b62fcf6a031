import { z } from 'zod';
import { curable, oneOf, type ProblemParams } from './parse-node.ts';
import { condition, name, sources, text, time, type ValueSpec, valueSchema as value } from './value-schema.ts';

export type { ColumnTest, ConditionSpec, TimeSpec, TransformSpec, ValueMap, ValueSpec } from './value-schema.ts';

/** Names that are counted and ordered: a bare number would lose its place in the order. */
const label = z
  .string()
  .regex(
    /^(?!\d+$)\S(.*\S)?$/,
    curable(
      'is no name: it needs a character that is not a digit, and no blanks around it',
      'write a letter before it',
    ),
  );

const eventItem = oneOf(
  [
    value,
    z.strictObject({
      event: name.describe('event1 to event1000, purchase, prodView, scOpen, scAdd, scRemove, scView or scCheckout.'),
      value: value.optional().describe('Its number; the event is not sent where this is absent or no number.'),
      id: value.optional().describe('Its serial id: letters and digits, at most 20.'),
      when: condition.optional().describe('Not sent where this does not hold.'),
    }),
  ],
  { error: 'an event name, a value that yields names, or a map of event, value, id, when' },
).meta({ id: 'event', description: "One of Adobe's event names, { event, value, id, when }, or a value." });
/** One member of `events`. */
export type EventItemSpec = z.infer<typeof eventItem>;

/** A map with a source is read as a value, and what else stands in it would be lost. */
const withoutSource: z.core.CheckFn<Readonly<Record<string, unknown>>> = (ctx) => {
  const keys = sources.filter((source) => Object.hasOwn(ctx.value, source));
  if (keys.length > 0) ctx.issues.push({ code: 'unrecognized_keys', keys, input: ctx.value });
};

const products = z
  .object({
    each: name.optional().describe('A JSON column; inside, names are members of an item.'),
    category: value.optional().describe('At most 100 bytes.'),
    name: value.optional().describe('The SKU or the title, at most 100 bytes; a product without one is left out.'),
    quantity: value.optional().describe('A whole number.'),
    unitPrice: value.optional().describe("Multiplied by the quantity, rounded half-even to the currency's digits."),
    lineTotal: value.optional().describe('Taken as it is, rounded alike; one of the two.'),
    events: z
      .array(eventItem)
      .optional()
      .describe('{ event, value, id } with a number for this product; listed in events too.'),
  })
  .catchall(value)
  .check(withoutSource);
/** The keys of the builder of products, besides merchandising eVars. */
export const productKeys: readonly string[] = Object.keys(products.shape);
/** The builder of the product list; other keys are merchandising eVars. */
export type ProductsSpec = z.infer<typeof products>;

const userAgentParts = z.strictObject({
  real: value
    .optional()
    .describe('The user agent as the browser sent it; where it is absent, one is made of the others.'),
  browser: value.optional().describe('A name such as "Chrome Mobile", with or without its version, or a code.'),
  browserVersion: value.optional().describe('Where it is absent, a fixed one.'),
  os: value.optional().describe('A name such as "Windows 10" or "Mac OS X", or a code.'),
  osVersion: value.optional().describe('Where it is absent, a fixed one.'),
  device: value.optional().describe('desktop, mobile, tablet and their like, or a code.'),
  codes: z.enum(['matomo']).optional().describe('The table that codes are read by, before names.'),
});
const userAgent = userAgentParts.check((ctx) => {
  if (['real', 'browser', 'os', 'device'].some((part) => ctx.value[part as 'real'] !== undefined)) return;
  const message = 'a user agent needs one of real, browser, os, device';
  const params: ProblemParams = { hint: 'such as { browser: column, os: column }' };
  ctx.issues.push({ code: 'custom', input: ctx.value, message, params });
});
/** The builder of the user agent. */
export type UserAgentSpec = z.infer<typeof userAgent>;

/** Families of columns that people write as a map, and one column of each. */
const families = { contextData: 'contextData.KEY', customerID: 'customerID.TYPE.id', hints: 'hints.brands' } as const;
/** Their names, which are no columns. */
export const familyNames: readonly string[] = Object.keys(families);
const writtenOut = (name: keyof typeof families) =>
  z.never({ error: curable('is written out, column by column', `write ${families[name]}: …`) }).optional();

/** Columns of a hit: any name of Adobe's; `events`, `products`, `userAgent`, `queryString` have builders. */
export type HitSpec = { readonly [column: string]: unknown };
const hit: z.ZodType<HitSpec> = z
  .object({
    events: oneOf([value, z.array(eventItem)], { error: 'a value, or a list of event names and values' })
      .optional()
      .describe(
        'A value that yields names or finished entries, or a list of names, of { event, value, id, when }, and of values.',
      ),
    products: oneOf([value, products], {
      error: 'a value that is a finished list, or a map of each, category, name, quantity, …',
    })
      .optional()
      .describe(
        "A value that is a finished list in Adobe's grammar, or a map; keys eVar1 to eVar250 are merchandising eVars.",
      ),
    userAgent: oneOf([value, userAgent], {
      error: `a value, or a map of ${Object.keys(userAgentParts.shape).join(', ')}`,
    })
      .optional()
      .describe('A value, or a map: the real one, else one made of its parts, else a constant of the class of device.'),
    queryString: oneOf([value, z.record(text, value).check(withoutSource)], {
      error: 'a value, or a map of parameter names and values',
    })
      .optional()
      .describe('A value that is a whole query, or a map of Data Insertion parameters; values are encoded.'),
    contextData: writtenOut('contextData'),
    customerID: writtenOut('customerID'),
    hints: writtenOut('hints'),
  })
  .catchall(value)
  .describe("Adobe's column names, each with its value.");

const windowColumn = z.strictObject({
  column: name.optional().describe('The column that :from and :to are compared with.'),
  type: z
    .enum(['datetime', 'iso', 'date', 's', 'ms', 'us', 'ns', 'timestamp', 'timestamptz'])
    .optional()
    .describe(
      'How the column stores time; s, ms, us, ns are integers since 1970, timestamp and timestamptz are of PostgreSQL. Default: datetime.',
    ),
  zone: name
    .optional()
    .describe("The wall clock of the column's texts. Default: UTC, which a timestamptz and an iso always are."),
  lateness: oneOf(
    [
      text,
      z.strictObject({
        before: text.optional().describe('A hit may be that much earlier.'),
        after: text.optional().describe('A hit may be that much later.'),
      }),
    ],
    {
      error: 'a duration, or a map of before and after',
    },
  )
    .optional()
    .describe("How far a hit's time may lie from the window column, such as 2h, or { before, after }. Default: 0s."),
});

const stream = z
  .strictObject({
    query: name
      .optional()
      .describe(
        'SQL, for files over the file sets; :name is a bound value, ${name} pastes a variable of type identifier.',
      ),
    rows: name.optional().describe('For files without a query: the file set.'),
    key: z
      .array(name)
      .min(1, curable('is empty', 'name the columns'))
      .optional()
      .describe('Columns that are unique together.'),
    optional: z.array(name).optional().describe('Columns that may be missing.'),
    time: time.optional().describe('A value that is read as the instant of the hit.'),
    window: windowColumn.optional().describe('What a database stream is read by, slice after slice.'),
    skip: z.record(label, condition).optional().describe('Named rules: such rows are counted as filtered.'),
    reject: z.record(label, condition).optional().describe('Named rules: such rows become rejects.'),
    hit: hit.optional(),
  })
  .meta({ id: 'stream' });
/** A stream after `extends` and `defaults` have been merged in. */
export type StreamSpec = z.infer<typeof stream>;

const fileSet = z
  .strictObject({
    format: z.enum(['csv', 'jsonl', 'parquet', 'lines', 'w3c']).describe('How rows are written.'),
    delimiter: text.optional().describe('For csv. Default: a comma.'),
    quote: text.optional().describe('For csv: a character, or none. Default: a double quote.'),
    escape: text
      .optional()
      .describe('For csv: a character that takes the meaning from a delimiter, quote, line break or itself after it.'),
    header: oneOf([z.enum(['true', 'false']), z.array(name)], {
      error: 'true, false, or a list of column names',
    })
      .optional()
      .describe('For csv: whether the first row holds the names, or the names themselves. Default: true.'),
    comment: name.optional().describe('For csv and lines: lines that begin with this are no rows.'),
    pattern: name
      .optional()
      .describe('For lines: combined, common, or a regular expression whose named groups are the columns.'),
    charset: z
      .enum(['utf-8', 'utf-16', 'utf-16le', 'utf-16be', 'latin1', 'windows-1252'])
      .optional()
      .describe('How bytes are text; utf-16 needs a byte order mark. Default: utf-8.'),
  })
  .meta({ id: 'fileSet' });
/** How the files of one set are read. */
export type FileSetSpec = z.infer<typeof fileSet>;

const identifierPattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A mapping file as written. `streams` gain `defaults` and what `extends` brings when it is loaded. */
export const mappingSchema = z.strictObject({
  mapping: name.describe("The mapping's name."),
  title: text.optional().describe('What it maps, for people.'),
  extends: name
    .optional()
    .describe(
      'A ready-made mapping, or a path, that this one adds to. Its own keys win; a key that says null takes away what it inherits.',
    ),
  engine: z.enum(['postgres', 'mysql', 'sqlite', 'files']).optional().describe('What the queries are written for.'),
  variables: z
    .record(
      z
        .string()
        .regex(identifierPattern, curable('is no variable name', 'letters, digits and _, not beginning with a digit')),
      z.strictObject({
        type: z
          .enum(['text', 'integer', 'identifier', 'secret'])
          .describe('An identifier is pasted, a secret is a salt.'),
        default: text.optional().describe('Where the migration says nothing; never of a secret.'),
        describe: text.optional().describe('What it is, for people.'),
      }),
    )
    .optional()
    .describe('What the migration fills in: :name is bound, ${name} pastes an identifier.'),
  lookups: z
    .record(
      label,
      z.strictObject({
        key: name.describe('The column whose text is looked up.'),
        values: z.array(name).describe('The columns that may be asked for.'),
        describe: text.optional().describe('What it is, for people.'),
      }),
    )
    .optional()
    .describe('Tables that the migration fills from CSV files.'),
  files: z.record(label, fileSet).optional().describe('File sets, for the engine files.'),
  defaults: stream
    .optional()
    .describe(
      "The shape of a stream; a stream's own keys win, maps merge by key, a key that says null takes one away.",
    ),
  streams: z.record(label, stream).optional().describe('Each row of a stream becomes one hit.'),
});
/** A mapping file that passed the schema, before anything is merged. */
export type MappingSpec = z.infer<typeof mappingSchema>;

/** Whether what stands at a column with a builder is a plain value: a column's name, or a map with a source. */
export function isValueSpec(spec: unknown): spec is ValueSpec {
  if (typeof spec === 'string') return true;
  return typeof spec === 'object' && spec !== null && sources.some((source) => Object.hasOwn(spec, source));
}
