import { z } from 'zod';
import { flag } from './fields.ts';
import { oneOf, type ProblemParams } from './parse-node.ts';
import { mapperSuiteSchema } from './suite-schema.ts';
import { name, text } from './value-schema.ts';
import type { Plain } from './yaml-node.ts';

const tree: z.ZodType<Plain> = z.any();

const test = z
  .strictObject({
    name: name.optional().describe('What the test is called where it fails.'),
    stream: name.describe('The stream that the row is of.'),
    row: z
      .record(name, tree)
      .describe('Source columns and their texts; one that is left out is absent, a list or a map is JSON.'),
    hit: z
      .record(name, text)
      .optional()
      .describe("Adobe's columns of the hit; those that are not here must be empty, but for reportSuiteID."),
    partial: flag().optional().describe('Whether only the columns of hit are compared. Default: false.'),
    skip: name.optional().describe('The rule that filters the row.'),
    reject: name.optional().describe('The rule or the reason by which the row is rejected.'),
  })
  .check(({ value, issues }) => {
    const given = [value.hit, value.skip, value.reject].filter((outcome) => outcome !== undefined);
    if (given.length === 1) return;
    const params: ProblemParams = { hint: 'hit: { … }, or skip: <rule>, or reject: <reason>' };
    issues.push({ code: 'custom', input: value, message: 'needs one of hit, skip and reject', params });
  })
  .meta({ id: 'test', description: 'One row, and what becomes of it: exactly one of hit, skip and reject.' });
/** One row and what must become of it, as it is written. */
export type TestSpec = z.infer<typeof test>;

const list = z.array(test);

const map = z.strictObject({
  reportSuiteID: name.optional().describe('Where the hits go. Default: suite.'),
  suite: mapperSuiteSchema.prefault({}),
  variables: z
    .record(name, text)
    .optional()
    .describe("Values of the mapping's variables; only secrets count, since no query runs. Default of a secret: test."),
  lookups: z
    .record(name, z.record(text, z.record(name, text)))
    .optional()
    .describe('Rows of lookups: by lookup, key and column.'),
  tests: list.describe('The tests, in the order in which they run.'),
});
/** What a file of tests says besides its tests. */
export type TestsSpec = z.infer<typeof map>;

/** `<mapping>.test.yaml`: the tests beside a mapping, or a map with what they have in common. */
export const testsSchema: z.ZodType<TestSpec[] | TestsSpec> = oneOf([list, map], {
  error: 'a list of tests, or a map with the list under tests',
});
