import type { Problem } from '../domain/problem.ts';
import { parseNode } from './parse-node.ts';
import { inOrder } from './problems.ts';
import { readBytes, unreadable } from './read-bytes.ts';
import { readYaml } from './read-yaml.ts';
import { type MapperSuite, mapperSuiteOf, mapperSuiteSchema } from './suite-schema.ts';
import { type TestSpec, type TestsSpec, testsSchema } from './tests-schema.ts';
import { type Place, type Plain, placeAt } from './yaml-node.ts';

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
  readonly suite: MapperSuite;
  readonly variables: Readonly<Record<string, string>>;
  readonly lookups: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
  readonly tests: readonly MappingTest[];
}

/**
 * Reads a file of tests: a list of them, or a map with the list under `tests`, beside it `reportSuiteID`, `suite`,
 * `variables` and `lookups`. Faults are values; `null` where there is no such file. Throws `disk.failed`.
 */
export async function loadTests(
  file: string,
): Promise<
  { readonly tests: MappingTests; readonly problems?: never } | { readonly problems: readonly Problem[] } | null
> {
  const bytes = await readBytes(file);
  if (bytes === 'ENOENT') return null;
  if (typeof bytes === 'string') return { problems: [unreadable(file, 'file')] };
  const { root, problems: faults } = readYaml(bytes, file);
  if (root === null) return { problems: faults };
  const isList = root.kind === 'list';
  const spec = parseNode(testsSchema, root);
  const problems = [...faults, ...(spec.problems ?? [])];
  if (spec.problems !== undefined || problems.length > 0) return { problems: inOrder(problems) };
  const given: TestsSpec = Array.isArray(spec.value)
    ? { tests: spec.value, suite: mapperSuiteSchema.parse({}) }
    : spec.value;
  return {
    tests: {
      reportSuiteID: given.reportSuiteID ?? 'suite',
      suite: mapperSuiteOf(given.suite),
      variables: given.variables ?? {},
      lookups: given.lookups ?? {},
      tests: given.tests.map((test, index) => toTest(test, placeAt(root, isList ? [index] : ['tests', index]))),
    },
  };
}

function toTest(test: TestSpec, place: Place): MappingTest {
  const { name: title = null, stream, row, hit, partial = false, skip, reject } = test;
  const expected: MappingTest['expected'] =
    hit !== undefined
      ? { outcome: 'hit', hit, partial }
      : skip !== undefined
        ? { outcome: 'filtered', reason: skip }
        : { outcome: 'rejected', reason: reject ?? '' };
  return { name: title, stream, row, expected, place };
}
