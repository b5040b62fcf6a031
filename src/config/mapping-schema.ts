import { z } from 'zod';
import type { ProblemParams } from './parse-node.ts';

/** Every scalar of our YAML is the text as written. */
const text = z.string();
const name = z.string().min(1, 'is empty');
const texts = z.union([text, z.array(text)], { error: 'a text or a list of texts' });
const names = z.union([name, z.array(name)], { error: 'a column name or a list of them' });

/** Names that are counted and ordered: a bare number would lose its place in the order. */
const label = z
  .string()
  .regex(/^(?!\d+$)\S(.*\S)?$/, 'is no name: it needs a character that is not a digit, and no blanks around it');

// Own issues say `continue: true`: else zod takes a branch of a union that has one for out of the question, and tells the
// faults of another branch.

/** What the language has and this program does not do yet is refused where it stands, never ignored. */
function notYet<T>(what: (value: T) => string | null): z.core.CheckFn<T> {
  return (ctx) => {
    const found = what(ctx.value);
    if (found === null) return;
    const params: ProblemParams = { problem: 'config.not-yet' };
    ctx.issues.push({
      code: 'custom',
      continue: true,
      input: ctx.value,
      message: `${found} is not supported yet`,
      params,
    });
  };
}
const never =
  (what: string): (() => string) =>
  () =>
    what;

/** Conditions: column first; all entries hold; `present absent any not` are reserved (language page 3). */
export type ConditionSpec = { readonly [columnOrReserved: string]: unknown };
const test = z.union(
  [
    text,
    z.array(text),
    z.strictObject({
      ge: text.optional(),
      gt: text.optional(),
      le: text.optional(),
      lt: text.optional(),
      matches: text.optional(),
      not: texts.optional(),
    }),
  ],
  { error: 'a text, a list of texts, or a map of gt, ge, lt, le, matches, not' },
);
/** What one column of a condition must be: a text, one of several, or comparisons that must all hold. */
export type ColumnTest = z.infer<typeof test>;

const condition: z.ZodType<ConditionSpec> = z
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

const plainTransforms = [
  'lower',
  'upper',
  'htmlUnescape',
  'stripTags',
  'urlDecode',
  'alnum',
  'hash',
  'host',
  'path',
  'number',
  'round',
  'maskIp',
  'firstForwarded',
  'redact',
] as const;
const laterTransforms: ReadonlySet<string> = new Set(['stripTags', 'urlDecode', 'maskIp', 'firstForwarded', 'redact']);
const needArguments: ReadonlySet<unknown> = new Set([
  'nullIf',
  'replace',
  'extract',
  'split',
  'pick',
  'map',
  'lookup',
  'queryParam',
  'multiply',
  'keepParams',
  'dropParams',
  'feedEvents',
  'feedProducts',
]);

/** A transform: its name alone, or its name with its arguments. */
const transform = z
  .union(
    [
      z
        .enum(plainTransforms, {
          error: (issue) =>
            needArguments.has(issue.input) ? `${issue.input} needs arguments: { ${issue.input}: … }` : undefined,
        })
        .check(notYet((value) => (laterTransforms.has(value) ? `the transform ${value}` : null))),
      z.strictObject({ nullIf: texts }).describe('Absent where the value is one of these texts.'),
      z.strictObject({ replace: z.strictObject({ match: text, with: text }) }),
      z.strictObject({ extract: text }).describe('The first group of a regular expression.'),
      z.strictObject({ split: text }).describe('Into members, at this text; what follows acts on each.'),
      z.strictObject({ pick: text }),
      z.strictObject({ map: z.record(text, text) }).describe('Text to text.'),
      z.strictObject({ lookup: text }).describe('<lookup>.<value column> of a lookup that the migration fills.'),
      z.strictObject({
        hash: z.strictObject({
          algorithm: z.enum(['md5', 'sha1', 'sha256']).optional(),
          length: text.optional(),
          salt: text.optional(),
        }),
      }),
      z.strictObject({ queryParam: text }).describe('One parameter of a URL, decoded.'),
      z.strictObject({ keepParams: z.array(text) }).check(notYet(never('the transform keepParams'))),
      z.strictObject({ dropParams: z.array(text) }).check(notYet(never('the transform dropParams'))),
      z.strictObject({ number: z.strictObject({ decimal: text.optional(), group: text.optional() }) }),
      z.strictObject({ multiply: text }),
      z.strictObject({ round: text }),
      z.strictObject({ maskIp: text }).check(notYet(never('the transform maskIp'))),
      z.strictObject({ redact: texts }).check(notYet(never('the transform redact'))),
      z.strictObject({ feedEvents: text }).check(notYet(never('the transform feedEvents'))),
      z.strictObject({ feedProducts: text }).check(notYet(never('the transform feedProducts'))),
    ],
    { error: "a transform's name, or a map of its name and its arguments" },
  )
  .meta({ id: 'transform', description: 'A transform: its name alone, or its name with its arguments.' });
/** One step of `then`. */
export type TransformSpec = z.infer<typeof transform>;

/** The one shape of a value: a column's name, or one source with tails (language page 3). */
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
const sources = ['from', 'const', 'template', 'first'] as const;
const oneSource: z.core.CheckFn<ValueMap> = (ctx) => {
  const given = sources.filter((source) => ctx.value[source] !== undefined);
  if (given.length === 1) return;
  const wanted = `a value needs exactly one of ${sources.join(', ')}`;
  ctx.issues.push({
    code: 'custom',
    continue: true,
    input: ctx.value,
    message: given.length === 0 ? `${wanted}; none stands here` : `${wanted}; here stand ${given.join(' and ')}`,
  });
};
const valueParts = {
  from: name.optional().describe('A source column, or a dotted path into JSON.'),
  const: text.optional().describe('The same text for all rows.'),
  template: text.optional().describe('Text with {column}; a part in [ ] vanishes with its columns.'),
  get first() {
    return z.array(value).min(1, 'is empty').optional().describe('The first of these values that is present.');
  },
  when: condition.optional().describe('Absent where this does not hold.'),
  then: z.array(transform).optional().describe('Transforms, in order.'),
  get else() {
    return value.optional().describe('`reject`, or a value, where the result is absent.');
  },
  overflow: z.enum(['cut', 'reject', 'hash']).optional().describe("Over the column's byte limit; default: cut."),
};
/** Checks and describes a value wherever one may stand. */
export const valueSchema: z.ZodType<ValueSpec> = z
  .lazy(() =>
    z.union([name, z.strictObject(valueParts).check(oneSource)], {
      error: 'a column name, or a map with exactly one of from, const, template, first',
    }),
  )
  .meta({ id: 'value', description: "A source column's name, or a map with exactly one source and any tails." });
const value = valueSchema;

/** `time:` is a value with a unit or a format, and a zone where the text has no offset. */
const time = z
  .union(
    [
      name,
      z
        .strictObject({
          ...valueParts,
          unit: z.enum(['s', 'ms', 'us', 'ns']).optional().describe('The value is an integer since 1970.'),
          format: text.optional().describe('dayjs tokens, strict. Without unit and format: ISO 8601 or SQL.'),
          zone: value.optional().describe('A zone name, or a value; required where the text has no offset.'),
          ambiguous: z.enum(['earlier', 'later', 'reject']).optional(),
          gap: z.enum(['forward', 'reject']).optional(),
        })
        .check(oneSource, (ctx) => {
          if (ctx.value.unit === undefined || ctx.value.format === undefined) return;
          const message = 'unit and format exclude each other: an integer has no format';
          ctx.issues.push({
            code: 'custom',
            continue: true,
            input: ctx.value,
            path: ['format'],
            message,
            params: { key: true },
          });
        }),
    ],
    { error: 'a column name, or a map with exactly one of from, const, template, first' },
  )
  .meta({ id: 'time', description: 'When the hit happened.' });
/** A value that is read as an instant. */
export type TimeSpec = string | (ValueMap & Exclude<z.infer<typeof time>, string>);

const eventItem = z
  .union(
    [
      value,
      z.strictObject({
        event: name,
        value: value.optional(),
        id: value.optional(),
        when: condition.optional(),
      }),
    ],
    { error: 'an event name, a value that yields names, or a map of event, value, id, when' },
  )
  .meta({ id: 'event', description: "One of Adobe's event names, { event, value, id, when }, or a value." });
/** One member of `events`. */
export type EventItemSpec = z.infer<typeof eventItem>;

const products = z
  .object({
    each: name.optional().describe('A JSON column; inside, names are members of an item.'),
    category: value.optional(),
    name: value.optional(),
    quantity: value.optional(),
    unitPrice: value.optional(),
    lineTotal: value.optional(),
    events: z.array(eventItem).optional(),
  })
  .catchall(value);
/** The builder of the product list; other keys are merchandising eVars. */
export type ProductsSpec = z.infer<typeof products>;

const userAgentParts = ['browser', 'browserVersion', 'os', 'osVersion', 'device', 'codes'] as const;
const userAgentBuilder = z
  .strictObject({
    real: value.optional().describe('The user agent as the browser sent it.'),
    browser: value.optional(),
    browserVersion: value.optional(),
    os: value.optional(),
    osVersion: value.optional(),
    device: value.optional(),
    codes: text.optional(),
  })
  .check((ctx) => {
    const params: ProblemParams = { problem: 'config.not-yet', key: true, hint: 'map the real one, or a const' };
    const message = 'building a user agent from its parts is not supported yet';
    for (const part of userAgentParts.filter((key) => ctx.value[key] !== undefined)) {
      ctx.issues.push({ code: 'custom', continue: true, input: ctx.value, path: [part], message, params });
    }
  });

/** Columns of a hit: any name of Adobe's; `events`, `products`, `userAgent`, `queryString` have builders. */
export type HitSpec = { readonly [column: string]: unknown };
const hit: z.ZodType<HitSpec> = z
  .object({
    events: z.union([value, z.array(eventItem)], { error: 'a value, or a list of event names and values' }).optional(),
    products: z
      .union([name, products], { error: 'a column name, or a map of each, category, name, quantity, …' })
      .optional(),
    userAgent: z
      .union([value, userAgentBuilder], { error: `a value, or a map of real, ${userAgentParts.join(', ')}` })
      .optional(),
    queryString: z
      .union(
        [
          value,
          z
            .record(text, value)
            .check(notYet((parts) => (isValueMap(parts) ? null : 'building queryString from parameters'))),
        ],
        { error: 'a value, or a map of parameter names and values' },
      )
      .optional(),
  })
  .catchall(value)
  .describe("Adobe's column names, each with its value.");

const windowColumn = z.strictObject({
  column: name.optional().describe('The column that :from and :to are compared with.'),
  type: z
    .enum(['datetime', 'iso', 'date', 's', 'ms', 'us', 'ns', 'timestamp', 'timestamptz'])
    .check(notYet((type) => (type.startsWith('timestamp') ? `the window type ${type} (PostgreSQL)` : null)))
    .optional()
    .describe('How the column stores time; s, ms, us, ns are integers since 1970. Default: datetime.'),
  zone: name.optional().describe("The wall clock of the column's texts. Default: UTC."),
  lateness: z
    .union([text, z.strictObject({ before: text.optional(), after: text.optional() })], {
      error: 'a duration, or a map of before and after',
    })
    .optional()
    .describe("How far a hit's time may lie from the window column, such as 2h. Default: 0s."),
});

const stream = z
  .strictObject({
    query: name.optional().describe('SQL; :name is a bound value, ${name} pastes a variable of type identifier.'),
    rows: name.optional().describe('For files: the file set.'),
    key: z.array(name).min(1, 'is empty').optional().describe('Columns that are unique together.'),
    optional: z.array(name).optional().describe('Columns that may be missing.'),
    time: time.optional(),
    window: windowColumn.optional().describe('What a database stream is read by, slice after slice.'),
    skip: z.record(label, condition).optional().describe('Named rules: such rows are counted as filtered.'),
    reject: z.record(label, condition).optional().describe('Named rules: such rows become rejects.'),
    hit: hit.optional(),
  })
  .meta({ id: 'stream' });
/** A stream after `extends` and `defaults` have been merged in. */
export type StreamSpec = z.infer<typeof stream>;

const fileSet = z.strictObject({
  format: z
    .enum(['csv', 'jsonl', 'parquet', 'lines', 'w3c'])
    .check(notYet((format) => (format === 'csv' ? null : `the file format ${format}`))),
  delimiter: text.optional().describe('Default: a comma.'),
  quote: text.optional().describe('A character, or none.'),
  escape: text.optional(),
  header: z
    .union([z.enum(['true', 'false']), z.array(name)], { error: 'true, false, or a list of column names' })
    .optional(),
  comment: text.optional(),
  charset: text.optional(),
});
/** How the files of one set are read. */
export type FileSetSpec = z.infer<typeof fileSet>;

const identifierPattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A mapping file as written. `streams` gain `defaults` and what `extends` brings when it is loaded. */
export const mappingSchema = z.strictObject({
  mapping: name.describe("The mapping's name."),
  title: text.optional().describe('What it maps, for people.'),
  extends: name.optional().describe('A ready-made mapping, or a path, that this one adds to.'),
  engine: z
    .enum(['postgres', 'mysql', 'sqlite', 'files'])
    .check(notYet((engine) => (['postgres', 'mysql'].includes(engine) ? `the engine ${engine}` : null)))
    .optional()
    .describe('What the queries are written for.'),
  variables: z
    .record(
      z.string().regex(identifierPattern, 'is no variable name: letters, digits and _, not beginning with a digit'),
      z.strictObject({
        type: z.enum(['text', 'integer', 'identifier', 'secret']),
        default: text.optional(),
        describe: text.optional(),
      }),
    )
    .optional()
    .describe('What the migration fills in: :name is bound, ${name} pastes an identifier.'),
  lookups: z
    .record(label, z.strictObject({ key: name, values: z.array(name), describe: text.optional() }))
    .optional()
    .describe('Tables that the migration fills from CSV files.'),
  files: z.record(label, fileSet).optional().describe('File sets, for the engine files.'),
  defaults: stream.optional().describe("The shape of a stream; a stream's own keys win, maps merge by key."),
  streams: z.record(label, stream).optional().describe('Each row of a stream becomes one hit.'),
});
/** A mapping file that passed the schema, before anything is merged. */
export type MappingSpec = z.infer<typeof mappingSchema>;

function isValueMap(parts: Readonly<Record<string, unknown>>): boolean {
  return sources.some((source) => parts[source] !== undefined);
}
