import { z } from 'zod';

/** Every scalar of our YAML is the text as written. */
const text = z.string();
const texts = z.union([text, z.array(text)]);

/** Conditions: column first; all entries hold; `present absent any not` are reserved (language page 3). */
export type ConditionSpec = { readonly [columnOrReserved: string]: unknown };
const test = z.union([
  text,
  z.array(text),
  z.strictObject({
    gt: text.optional(),
    ge: text.optional(),
    lt: text.optional(),
    le: text.optional(),
    matches: text.optional(),
    not: texts.optional(),
  }),
]);
export type ColumnTest = z.infer<typeof test>;

const condition: z.ZodType<ConditionSpec> = z.lazy(() =>
  z
    .object({
      present: texts.optional(),
      absent: texts.optional(),
      any: z.array(condition).optional(),
      not: condition.optional(),
    })
    .catchall(test),
);

/** A transform: its name alone, or its name with its arguments. */
const transform = z.union([
  z.enum([
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
  ]),
  z.strictObject({ nullIf: texts }),
  z.strictObject({ replace: z.strictObject({ match: text, with: text }) }),
  z.strictObject({ extract: text }),
  z.strictObject({ split: text }),
  z.strictObject({ pick: text }),
  z.strictObject({ map: z.record(text, text) }),
  z.strictObject({ lookup: text }),
  z.strictObject({
    hash: z.strictObject({
      algorithm: z.enum(['md5', 'sha1', 'sha256']).optional(),
      length: text.optional(),
      salt: text.optional(),
    }),
  }),
  z.strictObject({ queryParam: text }),
  z.strictObject({ keepParams: z.array(text) }),
  z.strictObject({ dropParams: z.array(text) }),
  z.strictObject({ number: z.strictObject({ decimal: text.optional(), group: text.optional() }) }),
  z.strictObject({ multiply: text }),
  z.strictObject({ round: text }),
  z.strictObject({ maskIp: text }),
  z.strictObject({ redact: texts }),
  z.strictObject({ feedEvents: text }),
  z.strictObject({ feedProducts: text }),
]);
export type TransformSpec = z.infer<typeof transform>;

/** The one shape of a value: a column's name, or one source with tails (language page 3). */
export type ValueSpec = string | ValueMap;
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
const valueParts = {
  from: text.optional(),
  const: text.optional(),
  template: text.optional(),
  get first() {
    return z.array(value).optional();
  },
  when: condition.optional(),
  then: z.array(transform).optional(),
  get else() {
    return value.optional();
  },
  overflow: z.enum(['cut', 'reject', 'hash']).optional(),
};
const value: z.ZodType<ValueSpec> = z.lazy(() => z.union([text, z.strictObject(valueParts)]));

/** `time:` is a value with a unit or a format, and a zone where the text has no offset. */
const time = z.union([
  text,
  z.strictObject({
    ...valueParts,
    unit: z.enum(['s', 'ms', 'us', 'ns']).optional(),
    format: text.optional(),
    zone: value.optional(),
    ambiguous: z.enum(['earlier', 'later', 'reject']).optional(),
    gap: z.enum(['forward', 'reject']).optional(),
  }),
]);
export type TimeSpec = string | (ValueMap & Exclude<z.infer<typeof time>, string>);

const eventItem = z.union([
  value,
  z.strictObject({ event: text, value: value.optional(), id: value.optional(), when: condition.optional() }),
]);
export type EventItemSpec = z.infer<typeof eventItem>;

const products = z
  .object({
    each: text.optional(),
    category: value.optional(),
    name: value.optional(),
    quantity: value.optional(),
    unitPrice: value.optional(),
    lineTotal: value.optional(),
    events: z.array(eventItem).optional(),
  })
  .catchall(value);
export type ProductsSpec = z.infer<typeof products>;

/** Columns of a hit: any name of Adobe's; `events`, `products`, `userAgent`, `queryString` have builders. */
export type HitSpec = { readonly [column: string]: unknown };
const hit: z.ZodType<HitSpec> = z
  .object({
    events: z.union([value, z.array(eventItem)]).optional(),
    products: z.union([text, products]).optional(),
    userAgent: z
      .union([
        value,
        z.strictObject({
          real: value.optional(),
          browser: value.optional(),
          browserVersion: value.optional(),
          os: value.optional(),
          osVersion: value.optional(),
          device: value.optional(),
          codes: text.optional(),
        }),
      ])
      .optional(),
    queryString: z.union([value, z.record(text, value)]).optional(),
  })
  .catchall(value);

const windowColumn = z.strictObject({
  column: text.optional(),
  type: z.enum(['datetime', 'iso', 'date', 's', 'ms', 'us', 'ns', 'timestamp', 'timestamptz']).optional(),
  zone: text.optional(),
  lateness: z.union([text, z.strictObject({ before: text.optional(), after: text.optional() })]).optional(),
});

const stream = z.strictObject({
  query: text.optional(),
  rows: text.optional(),
  key: z.array(text).optional(),
  optional: z.array(text).optional(),
  time: time.optional(),
  window: windowColumn.optional(),
  skip: z.record(text, condition).optional(),
  reject: z.record(text, condition).optional(),
  hit: hit.optional(),
});
/** A stream after `extends` and `defaults` have been merged in. */
export type StreamSpec = z.infer<typeof stream>;

const fileSet = z.strictObject({
  format: z.enum(['csv', 'jsonl', 'parquet', 'lines', 'w3c']),
  delimiter: text.optional(),
  quote: text.optional(),
  escape: text.optional(),
  header: z.union([z.enum(['true', 'false']), z.array(text)]).optional(),
  comment: text.optional(),
  charset: text.optional(),
});
export type FileSetSpec = z.infer<typeof fileSet>;

/** A mapping file as written. `streams` gain `defaults` and what `extends` brings when it is loaded. */
export const mappingSchema = z.strictObject({
  mapping: text,
  title: text.optional(),
  extends: text.optional(),
  engine: z.enum(['postgres', 'mysql', 'sqlite', 'files']).optional(),
  variables: z
    .record(
      text,
      z.strictObject({
        type: z.enum(['text', 'integer', 'identifier', 'secret']),
        default: text.optional(),
        describe: text.optional(),
      }),
    )
    .optional(),
  lookups: z.record(text, z.strictObject({ key: text, values: z.array(text), describe: text.optional() })).optional(),
  files: z.record(text, fileSet).optional(),
  defaults: stream.optional(),
  streams: z.record(text, stream).optional(),
});
export type MappingSpec = z.infer<typeof mappingSchema>;
