import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Problem } from '../domain/problem.ts';
import { type ProblemParams, parseNode } from './parse-node.ts';
import { inOrder } from './problems.ts';
import { readYaml } from './read-yaml.ts';
import { name, text } from './value-schema.ts';
import { type Place, type Plain, placeAt } from './yaml-node.ts';

const tree: z.ZodType<Plain> = z.any();

const testSchema = z
  .strictObject({
    name: name.optional(),
    stream: name,
    row: z.record(name, tree),
    hit: z.record(name, text).optional(),
    partial: z.enum(['true', 'false']).optional(),
    skip: name.optional(),
    reject: name.optional(),
  })
  .check(({ value, issues }) => {
    const given = [value.hit, value.skip, value.reject].filter((outcome) => outcome !== undefined);
    if (given.length === 1) return;
    const params: ProblemParams = { hint: 'hit: { … }, or skip: <rule>, or reject: <reason>' };
    issues.push({ code: 'custom', input: value, message: 'needs one of hit, skip and reject', params });
  });

const fileSchema = z.strictObject({
  reportSuiteID: name.optional(),
  suite: z
    .strictObject({
      currency: name.optional(),
      seed: name.optional(),
      delimiters: z.record(name, text).optional(),
    })
    .optional(),
  variables: z.record(name, text).optional(),
  lookups: z.record(name, z.record(text, z.record(name, text))).optional(),
  tests: z.array(testSchema),
});

/** One row and what it must become. */
export interface MappingTest {
  /** What the person calls it; `null` where it has no name. */
  readonly name: string | null;
  readonly stream: string;
  /** Source columns; a list or a map stands for the JSON of it. */
  readonly row: Readonly<Record<string, Plain>>;
  readonly expected:
    | { readonly outcome: 'hit'; readonly hit: Readonly<Record<string, string>>; readonly partial: boolean }
    | { readonly outcome: 'filtered' | 'rejected'; readonly reason: string };
  readonly place: Place;
}

/** The tests beside a mapping, and what a migration would say for all of them. */
export interface MappingTests {
  readonly reportSuiteID: string;
  readonly suite: {
    readonly seed: string | null;
    readonly currency: string | null;
    readonly delimiters: Readonly<Record<string, string>>;
  };
  readonly variables: Readonly<Record<string, string>>;
  readonly lookups: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
  readonly tests: readonly MappingTest[];
}

/**
 * Reads a file of tests: a list of them, or a map with the list under `tests`, beside it `reportSuiteID`, `suite`,
 * `variables` and `lookups`. Faults are values; `null` where there is no such file.
 */
export async function loadTests(
  file: string,
): Promise<
  { readonly tests: MappingTests; readonly problems?: never } | { readonly problems: readonly Problem[] } | null
> {
  const written = await readFile(file, 'utf8').catch(() => null);
  if (written === null) return null;
  const yaml = readYaml(written, file);
  if (yaml.problems !== undefined) return yaml;
  const root = yaml.value;
  const isList = root.kind === 'list';
  const spec = isList ? parseNode(z.array(testSchema), root) : parseNode(fileSchema, root);
  if (spec.problems !== undefined) return { problems: inOrder([...spec.problems]) };
  const { tests, reportSuiteID, suite, variables, lookups } = Array.isArray(spec.value)
    ? { tests: spec.value }
    : spec.value;
  return {
    tests: {
      reportSuiteID: reportSuiteID ?? 'suite',
      suite: {
        seed: suite?.seed ?? null,
        currency: suite?.currency ?? null,
        delimiters: suite?.delimiters ?? {},
      },
      variables: variables ?? {},
      lookups: lookups ?? {},
      tests: tests.map((test, index) => toTest(test, placeAt(root, isList ? [index] : ['tests', index]))),
    },
  };
}

function toTest(test: z.infer<typeof testSchema>, place: Place): MappingTest {
  const { name: title = null, stream, row, hit, partial, skip, reject } = test;
  const expected: MappingTest['expected'] =
    hit !== undefined
      ? { outcome: 'hit', hit, partial: partial === 'true' }
      : skip !== undefined
        ? { outcome: 'filtered', reason: skip }
        : { outcome: 'rejected', reason: reject ?? '' };
  return { name: title, stream, row, expected, place };
}
