import { z } from 'zod';
import { count, filled, flag } from './fields.ts';
import { curable } from './parse-node.ts';

/** What the mapper may assume of a report suite; a migration says it of its target, a file of tests of all its tests. */
const ofMapper = {
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, curable('is no currency code', 'three capital letters, such as EUR'))
    .optional()
    .describe('The currency of amounts whose row names none: three capital letters.'),
  seed: filled().default('none').describe('The customerID type that seeds the visitor id, or none.'),
  delimiters: z
    .record(filled(), filled())
    .default({})
    .describe('Column to divider, for list variables and list props: { list1: ";" }.'),
  unlistedCurrency: z
    .enum(['reject', 'empty', 'send'])
    .default('reject')
    .describe(
      'What becomes of a row whose currency is in ISO 4217 and not on the list that Adobe publishes; reject also refuses products and numbers of events in a currency that nobody knows.',
    ),
  numericEvents: z
    .array(
      z
        .string()
        .regex(
          /^event(?:[1-9]\d{0,2}|1000)$/,
          curable('is no event that may hold decimals', 'write event1 to event1000'),
        ),
    )
    .optional()
    .describe(
      'Events that the suite has as numeric or currency. Where it is said, other events lose a number that is not whole, counted; else every number is sent as it is.',
    ),
  counterEVars: z
    .array(z.string().regex(/^eVar(?:[1-9]\d?|1\d\d|2[0-4]\d|250)$/, curable('is no eVar', 'write eVar1 to eVar250')))
    .default([])
    .describe(
      'eVars that the suite has as counters: `+1`, `+12.49`, which Adobe rounds to two decimals. Other values of theirs are emptied and counted.',
    ),
  multiByte: flag()
    .prefault('true')
    .describe(
      'Whether the suite takes more than ASCII. Where it is `false`, Adobe loses characters above 127: values are sent as they are, and those that hold some are counted.',
    ),
};

/** `suite` of a migration's target: what may be assumed of the report suite; 25 months are Adobe's own (Adobe docs, Data retention). */
export const suiteSchema = z
  .strictObject({
    timestamps: z
      .enum(['optional', 'required', 'none'])
      .default('optional')
      .describe('What the suite does with times of hits; one with none takes no history, and is refused.'),
    ...ofMapper,
    retention: count(1, 1_200, 25)
      .prefault('25')
      .describe('The months for which Adobe keeps data of the suite, counted from the time of a hit.'),
  })
  .describe('What may be assumed of the report suite.');

/** `suite` of a file of tests. */
export const mapperSuiteSchema = z.strictObject(ofMapper).describe('What may be assumed of the report suite.');

/** What the mapper may assume of a report suite, complete. */
export interface MapperSuite {
  readonly currency: string | null;
  /** The customerID type that seeds the visitor id. */
  readonly seed: string | null;
  /** Column name (`list1`, `prop5`) to the text that divides its values. */
  readonly delimiters: Readonly<Record<string, string>>;
  /** What becomes of a row whose currency code is in ISO 4217 and not on the list that Adobe publishes. */
  readonly unlistedCurrency: 'reject' | 'empty' | 'send';
  /** Events that may hold decimals; `null`: nobody says which. */
  readonly numericEvents: readonly string[] | null;
  /** eVars that count: `eVar5`. */
  readonly counterEVars: readonly string[];
  /** Whether characters above 127 arrive. */
  readonly multiByte: boolean;
}

/** What the mapper is told of a suite as it is written. */
export function mapperSuiteOf(spec: z.infer<typeof mapperSuiteSchema>): MapperSuite {
  return {
    currency: spec.currency ?? null,
    seed: spec.seed === 'none' ? null : spec.seed,
    delimiters: spec.delimiters,
    unlistedCurrency: spec.unlistedCurrency,
    numericEvents: spec.numericEvents ?? null,
    counterEVars: spec.counterEVars,
    multiByte: spec.multiByte,
  };
}
