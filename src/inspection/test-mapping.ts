import { basename, resolve } from 'node:path';
import { column, columnNames } from '../adobe/columns.ts';
import { type LoadedMapping, loadMapping } from '../config/load-mapping.ts';
import { loadYamlKind } from '../config/load-migration.ts';
import { loadTests, type MappingTest, type MappingTests } from '../config/load-tests.ts';
import type { StreamSpec } from '../config/mapping-schema.ts';
import { problemAt } from '../config/problems.ts';
import type { Place } from '../config/yaml-node.ts';
import { isFault, type Problem } from '../domain/problem.ts';
import { fileColumns, wholeRow } from '../domain/row.ts';
import { type BoundMapping, bindMapping, type CompiledMapping } from '../mapping/bind-mapping.ts';
import { HIT, REJECTED } from '../mapping/mapper.ts';
import { type ContextOptions, contextOf } from '../migration/context.ts';
import { distinct, mappingProblems } from '../migration/job/read-job-files.ts';
import { presentColumns } from './present-columns.ts';

/** One column in which a hit is not what was expected; `null` is an absent one. */
export interface TestDifference {
  readonly column: string;
  readonly expected: string | null;
  readonly found: string | null;
}

/** One test and how it went. */
export interface TestResult {
  readonly name: string | null;
  readonly stream: string;
  readonly place: Place;
  readonly passed: boolean;
  /** `hit`, `skip: <rule>` or `reject: <reason>`. */
  readonly expected: string;
  readonly found: string;
  readonly differences: readonly TestDifference[];
}

/** The tests of one mapping. `problems` are of the mapping, or of its tests; with a fault among them nothing was run. */
export interface MappingTestReport {
  readonly mapping: string;
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly tests: readonly TestResult[];
  readonly problems: readonly Problem[];
}

/**
 * Runs the tests beside mappings: `<mapping>.test.yaml` beside `<mapping>.yaml`. A mapping is a path or a ready-made
 * name. No source is asked: a column that a test's row does not have is absent.
 */
export async function testMappings(
  mappings: readonly string[],
  options: ContextOptions = {},
): Promise<MappingTestReport[]> {
  const { readyMadeFolder, signal } = contextOf(options);
  const reports: MappingTestReport[] = [];
  for (const given of mappings) {
    signal.throwIfAborted();
    const ref = given.replace(/\.test(\.ya?ml)$/, '$1');
    const nothing = { mapping: given, passed: 0, failed: 0, tests: [] };
    if ((await loadYamlKind(resolve(ref))) === 'migration') {
      reports.push({ ...nothing, file: '', problems: [noMapping(resolve(ref))] });
      continue;
    }
    const read = await loadMapping(ref, { from: resolve('.'), readyMadeFolder });
    if (read.mapping === undefined) {
      reports.push({ ...nothing, file: '', problems: mappingProblems(read) });
      continue;
    }
    const file = read.mapping.file.replace(/\.ya?ml$/, '.test.yaml');
    const loaded = await loadTests(file);
    if (loaded === null) {
      const place = { file: read.mapping.file, line: null, column: null };
      const problem = {
        ...place,
        code: 'test.none',
        message: 'there are no tests beside this mapping',
        severity: 'error',
      } as const;
      const problems = [...mappingProblems(read), { ...problem, hint: `write them into ${basename(file)} beside it` }];
      reports.push({ ...nothing, file, problems });
    } else if (loaded.problems !== undefined) {
      reports.push({ ...nothing, file, problems: loaded.problems });
    } else {
      const { tests, problems } = runTests(read.mapping, loaded.tests);
      const passed = tests.filter((test) => test.passed).length;
      reports.push({ mapping: given, file, passed, failed: tests.length - passed, tests, problems });
    }
  }
  return reports;
}

function noMapping(file: string): Problem {
  const message = 'this file has the key `migration`: it is no mapping, and tests stand beside mappings';
  const hint = 'name the mapping that it names';
  return { code: 'config.kind', message, file, line: null, column: null, hint, severity: 'error' };
}

/** A row of files also has these; the last is the whole row, in which a name that is no column is looked for. */
const furtherColumns = [...fileColumns, wholeRow];

function runTests(mapping: LoadedMapping, given: MappingTests): { tests: TestResult[]; problems: readonly Problem[] } {
  const strangers = given.tests.filter(({ stream }) => mapping.streams.every(([name]) => name !== stream));
  const names = mapping.streams.map(([name]) => name).join(', ');
  const unknown = strangers.map(({ stream, place }) =>
    problemAt(place, 'test.stream', `the mapping has no stream "${stream}"`, `it has: ${names}`),
  );
  const secrets = Object.entries(mapping.variables).flatMap(([name, { type }]) =>
    type === 'secret' ? [[name, given.variables[name] ?? 'test'] as const] : [],
  );
  const delimiters = Object.fromEntries(columnNames().map((name) => [name, ',']));
  const lookups = Object.fromEntries(
    Object.entries(given.lookups).map(([name, rows]) => [name, new Map(Object.entries(rows))]),
  );
  const bind = (columnsOf: Readonly<Record<string, readonly string[]>>) =>
    bindMapping({
      mapping,
      columnsOf,
      target: { reportSuiteID: { const: given.reportSuiteID } },
      suite: { ...given.suite, delimiters: { ...delimiters, ...given.suite.delimiters } },
      lookups,
      variables: Object.fromEntries(secrets),
    });
  // Each row has the columns that it names and no others: one of another row would hide a path of the same name.
  const bindings = new Map<string, BoundMapping>();
  const bindingOf = (columns: Readonly<Record<string, readonly string[]>>): BoundMapping => {
    const key = JSON.stringify(columns);
    const bound = bindings.get(key) ?? bind(columns);
    bindings.set(key, bound);
    return bound;
  };
  const none = Object.fromEntries(mapping.streams.map(([name, spec]) => [name, columnsOfRow({}, spec)]));
  const prepared = given.tests.flatMap((test) => {
    const spec = mapping.streams.find(([name]) => name === test.stream)?.[1];
    if (spec === undefined) return [];
    const columns = columnsOfRow(test.row, spec);
    return [{ test, columns, bound: bindingOf({ ...none, [test.stream]: columns }) }];
  });
  const found = prepared.length === 0 ? bindingOf(none).problems : prepared.flatMap(({ bound }) => bound.problems);
  const problems = [...distinct(found), ...unknown];
  if (problems.some(isFault)) return { tests: [], problems };
  const tests = prepared.map(({ test, columns, bound }) => {
    if (bound.mapping === undefined) throw new Error('a mapping without faults was not compiled');
    return runTest(test, bound.mapping, columns);
  });
  return { tests, problems };
}

/** The columns that a source would give with such a row. */
function columnsOfRow(row: MappingTest['row'], { window }: StreamSpec): readonly string[] {
  const asked = window?.column === undefined ? [] : [window.column];
  const named = [...Object.keys(row), ...asked].filter((one) => !furtherColumns.includes(one));
  return [...new Set(named), ...furtherColumns];
}

function runTest(test: MappingTest, compiled: CompiledMapping, columns: readonly string[]): TestResult {
  const { name, stream, place, row } = test;
  const mapper = compiled.streams.find((one) => one.stream === stream);
  if (mapper === undefined) throw new Error(`no mapper for ${stream}`);
  const further: Readonly<Record<string, string>> = { '#file': 'test', '#line': '1', [wholeRow]: JSON.stringify(row) };
  const outcome = mapper.map(
    columns.map((one) => {
      const cell = row[one] ?? further[one] ?? null;
      return cell === null || typeof cell === 'string' ? cell : JSON.stringify(cell);
    }),
  );
  const { reason, cells, column: cause, value } = mapper.output;
  mapper.takeTallies();
  const hit = outcome === HIT ? presentColumns(compiled.columns, cells) : {};
  const found = outcome === HIT ? 'hit' : outcome === REJECTED ? `reject: ${reason}` : `skip: ${reason}`;
  const { expected } = test;
  const wanted =
    expected.outcome === 'hit' ? 'hit' : `${expected.outcome === 'rejected' ? 'reject' : 'skip'}: ${expected.reason}`;
  const differences = expected.outcome === 'hit' && outcome === HIT ? differ(expected.hit, hit, expected.partial) : [];
  const why = outcome !== REJECTED || cause === null ? '' : ` (${cause}: ${value === null ? 'absent' : `"${value}"`})`;
  const passed = found === wanted && differences.length === 0;
  return { name, stream, place, passed, expected: wanted, found: passed ? found : `${found}${why}`, differences };
}

/** In the order of the expected columns, then of the hit's. The suite is no matter of a mapping, unless a test names it. */
function differ(
  written: Readonly<Record<string, string>>,
  hit: Readonly<Record<string, string>>,
  partial: boolean,
): TestDifference[] {
  const expected = Object.fromEntries(
    Object.entries(written).map(([name, value]) => [column(name)?.name ?? name, value]),
  );
  const names = partial ? [] : Object.keys(hit).filter((name) => name !== 'reportSuiteID');
  return [...new Set([...Object.keys(expected), ...names])].flatMap((name) => {
    const [want, have] = [expected[name] ?? '', hit[name] ?? ''];
    if (want === have) return [];
    return [{ column: name, expected: want === '' ? null : want, found: have === '' ? null : have }];
  });
}
