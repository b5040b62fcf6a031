import { canonicalOrder, columnNames } from '../adobe/columns.ts';
import { isValueSpec, type MappingSpec, type StreamSpec, type ValueSpec } from '../config/mapping-schema.ts';
import { inOrder } from '../config/problems.ts';
import type { Place } from '../config/yaml-node.ts';
import { encodeLine } from '../csv/encode-csv.ts';
import type { Problem } from '../domain/problem.ts';
import { checkConstants } from './check-constants.ts';
import { checkCustomers, checkRequired, markedSeed } from './check-required.ts';
import { checkTogether } from './check-together.ts';
import { createFaults, type Faults, type Locate, type Path, suggestion } from './faults.ts';
import type { Suite } from './hit-cell.ts';
import { type HitColumn, readHitColumns } from './hit-columns.ts';
import type { StreamMapper } from './mapper.ts';
import { compileStream } from './stream.ts';
import type { TransformContext } from './transforms/compile.ts';

/** A mapping as it is loaded: `extends` and `defaults` merged in, the schema held, places known. */
export interface MappingSource {
  /** In the order written. */
  readonly streams: readonly (readonly [name: string, stream: StreamSpec])[];
  readonly lookups: NonNullable<MappingSpec['lookups']>;
  readonly variables: NonNullable<MappingSpec['variables']>;
  readonly locate: Locate;
}

/** The rows of each lookup by key; a lookup that is not here is empty. */
export type LookupTables = Readonly<Record<string, ReadonlyMap<string, Readonly<Record<string, string>>>>>;

/** What a mapping is bound to. */
export interface Binding {
  readonly mapping: MappingSource;
  /** Per stream, what the source gives, in its order. */
  readonly columnsOf: Readonly<Record<string, readonly string[]>>;
  /** A text of its own is the suite; a map is a value of the source's columns. `place` is where it is written. */
  readonly target: { readonly reportSuiteID: ValueSpec; readonly place?: Place | null };
  readonly suite: Suite;
  readonly lookups: LookupTables;
  /** Values of the mapping's variables; only those of type `secret` are used here. */
  readonly variables: Readonly<Record<string, string | bigint>>;
}

/** Row mappers for every stream, and what all their lines have in common. */
export interface CompiledMapping {
  /** The header line of every chunk, without a line end: the columns of all streams. Fixed by the mapping alone. */
  readonly header: string;
  readonly columns: readonly string[];
  /** In the mapping's order. */
  readonly streams: readonly StreamMapper[];
}

/** A compiled mapping with its warnings, or everything that is wrong. */
export type BoundMapping =
  | { readonly mapping: CompiledMapping; readonly problems: readonly Problem[] }
  | { readonly mapping?: never; readonly problems: readonly Problem[] };

/**
 * Everything that is wrong with a mapping as far as it can be seen without the source: names of source columns are not
 * checked. The suite is the migration's, where there is one.
 */
export function parseMapping(mapping: MappingSource, suite?: Suite): readonly Problem[] {
  const faults = createFaults(mapping.locate);
  // A mapping alone knows no suite: any delimiter is as good as the one that a migration will name.
  const delimiters = Object.fromEntries(columnNames().map((name) => [name, ',']));
  const known: Suite = suite ?? { seed: null, currency: null, delimiters };
  compile(
    {
      mapping,
      columnsOf: null,
      // Offline any suite will do, and a salt is as good as given.
      target: { reportSuiteID: { const: 'suite' } },
      suite: known,
      seed: suite?.seed,
      transforms: {
        lookup: findLookup(mapping, {}),
        secret: (name) => (mapping.variables[name]?.type === 'secret' ? '' : undefined),
      },
    },
    faults,
  );
  return inOrder(faults.problems);
}

/**
 * Compiles a mapping over the columns that the source gives. Nothing is compiled per row: each mapper is closures over
 * arrays. Mappers of one result share nothing, but one mapper serves one row at a time.
 */
export function bindMapping(binding: Binding): BoundMapping {
  const { mapping, columnsOf, target, suite, lookups, variables } = binding;
  const locate: Locate = (path, what) => (path[0] === 'target' ? (target.place ?? null) : mapping.locate(path, what));
  const faults = createFaults(locate);
  const secret = (name: string): string | undefined => {
    const value = mapping.variables[name]?.type === 'secret' ? variables[name] : undefined;
    return value === undefined ? undefined : String(value);
  };
  const transforms: TransformContext = { lookup: findLookup(mapping, lookups), secret };
  const compiled = compile({ mapping, columnsOf, target, suite, seed: suite.seed, transforms }, faults);
  const problems = inOrder(faults.problems);
  if (problems.some(({ severity }) => severity === 'error')) return { problems };
  return { mapping: compiled, problems };
}

interface CompileInput {
  readonly mapping: MappingSource;
  readonly columnsOf: Readonly<Record<string, readonly string[]>> | null;
  readonly target: { readonly reportSuiteID: ValueSpec };
  readonly suite: Suite;
  /** `undefined` while no suite is known. */
  readonly seed: string | null | undefined;
  readonly transforms: TransformContext;
}

function compile(
  { mapping, columnsOf, target, suite, seed, transforms }: CompileInput,
  faults: Faults,
): CompiledMapping {
  const streams = mapping.streams.map(([name, spec]) => {
    const path: Path = ['streams', name];
    const hit = readHitColumns(spec.hit, [...path, 'hit'], faults);
    checkRequired(name, spec, hit, seed === undefined ? markedSeed(hit) : seed, path, faults);
    checkCustomers(hit, seed, faults);
    checkConstants(hit, suite, faults);
    checkTogether(hit, suite, faults);
    return { name, spec, path, hit };
  });
  const columns = headerColumns(streams.map(({ hit }) => hit));
  const mappers = streams.map(({ name, spec, path, hit }) => {
    const given = columnsOf === null ? null : (columnsOf[name] ?? []);
    if (given !== null) checkColumns(name, spec, given, path, faults);
    const { reportSuiteID } = target;
    return compileStream({
      stream: name,
      spec,
      path,
      columns: given,
      hit,
      header: columns,
      reportSuiteID,
      suite,
      transforms,
      faults,
    });
  });
  return { header: encodeLine(columns), columns, streams: mappers };
}

/** The union of all streams' columns, with those that the program writes itself, in Adobe's one order. */
function headerColumns(hits: readonly (readonly HitColumn[])[]): readonly string[] {
  const names = new Set(['timestamp', 'reportSuiteID']);
  for (const hit of hits) {
    for (const { column, spec } of hit) {
      names.add(column.name);
      // A link without a type is a custom link, so the type is written even where nobody mapped it.
      if (column.family === 'link') names.add('linkType');
      // The events inside products are listed in events too; a finished list may hold some.
      if (column.kind === 'products' && (isValueSpec(spec) || Object.hasOwn(spec as object, 'events')))
        names.add('events');
    }
  }
  return canonicalOrder(names);
}

function checkColumns(
  name: string,
  { window }: StreamSpec,
  columns: readonly string[],
  path: Path,
  faults: Faults,
): void {
  const doubled = [...new Set(columns.filter((column, index) => columns.indexOf(column) !== index))];
  for (const column of doubled) {
    const message = `the source gives "${column}" twice in the stream "${name}"`;
    faults.error([...path, 'query'], 'source-column-twice', message, 'name one of them otherwise with AS');
  }
  if (window?.column !== undefined && !columns.includes(window.column)) {
    const message = `the query of the stream "${name}" does not give the window column "${window.column}"`;
    const hint = suggestion(window.column, columns, 'select it: how far a hit is from its window is told by it');
    faults.error([...path, 'window', 'column'], 'unknown-source-column', message, hint);
  }
}

function findLookup(mapping: MappingSource, tables: LookupTables): TransformContext['lookup'] {
  return (name) => {
    const dot = name.indexOf('.');
    const set = dot === -1 ? name : name.slice(0, dot);
    const column = dot === -1 ? '' : name.slice(dot + 1);
    const declared = Object.hasOwn(mapping.lookups, set) ? mapping.lookups[set] : undefined;
    if (declared === undefined || !declared.values.includes(column)) return undefined;
    const table = Object.hasOwn(tables, set) ? tables[set] : undefined;
    return table === undefined ? () => '' : (key) => table.get(key)?.[column] ?? '';
  };
}
