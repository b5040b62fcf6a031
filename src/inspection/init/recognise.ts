import { readdir } from 'node:fs/promises';
import { type LoadedMapping, loadMapping } from '../../config/load-mapping.ts';
import { MigrationError } from '../../domain/error.ts';
import { isFault, type Problem } from '../../domain/problem.ts';
import { bindMapping } from '../../mapping/bind-mapping.ts';
import { streamQueries } from '../../migration/job/job-streams.ts';
import { readVariables } from '../../migration/job/variables.ts';
import { openSource, type SourceSpec } from '../../source/open-source.ts';
import type { Source, SourceTable } from '../../source/source.ts';
import { findIdentifiers, type VariableChoice, valuesOf } from './mapping-variables.ts';
import { refusal, saidFault } from './said-fault.ts';

/** What a source has of one stream of a ready-made mapping. */
export interface StreamFound {
  readonly stream: string;
  readonly found: boolean;
  /** How many columns the query returns, or why it cannot be asked. */
  readonly detail: string;
}

/** A ready-made mapping held against a source. */
export interface TriedMapping {
  readonly name: string;
  readonly title: string;
  /** Whether the source has all that the mapping reads. */
  readonly fits: boolean;
  readonly streams: readonly StreamFound[];
  /** Values that were found or given. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What ready-made mappings are held against. */
export interface SourceToRecognise {
  readonly spec: SourceSpec;
  /** Open; `null` of files, which each mapping reads in its own way. */
  readonly source: Source | null;
  readonly tables: readonly SourceTable[];
  /** Those that a person says. */
  readonly variables: Readonly<Record<string, string>>;
  readonly readyMadeFolder: string;
  readonly signal: AbortSignal;
}

/** What was recognised: `mapping` is `null` where nothing fits. */
export interface Recognised {
  readonly tried: readonly TriedMapping[];
  readonly mapping: LoadedMapping | null;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * The first ready-made mapping, by name, all of whose streams the source can be asked; no row is read for it. Throws
 * `input.invalid` where it leaves something to choose, such as one of several websites.
 */
export async function recognise(to: SourceToRecognise): Promise<Recognised> {
  const files = await readdir(to.readyMadeFolder);
  const names = files.filter((name) => /^[\w-]+\.yaml$/.test(name)).map((name) => name.slice(0, -5));
  const tried: TriedMapping[] = [];
  let first: LoadedMapping | null = null;
  for (const name of names.sort()) {
    const { mapping } = await loadMapping(name, { from: to.readyMadeFolder, readyMadeFolder: to.readyMadeFolder });
    if (mapping === undefined) throw new Error(`the ready-made mapping ${name} has faults`);
    if (mapping.engine !== to.spec.engine) continue;
    const found = await tryMapping(mapping, to);
    tried.push(found);
    if (found.fits) first ??= mapping;
  }
  const fit = tried.find(({ fits }) => fits);
  if (first === null || fit === undefined) return { tried, mapping: null, variables: {} };
  return { tried, mapping: first, variables: await chosenVariables(first, fit.variables, to) };
}

/** The place of a variable that stands in no file. */
const nowhere = { file: '', line: 1, column: 1 };

/** Asks the source for each stream of a mapping. */
async function tryMapping(mapping: LoadedMapping, to: SourceToRecognise): Promise<TriedMapping> {
  const { name, title, streams: declared } = mapping;
  const variables = {
    ...findIdentifiers(mapping, to.tables, to.variables),
    ...Object.fromEntries(Object.entries(to.variables).filter(([key]) => mapping.variables[key] !== undefined)),
  };
  const source = to.source ?? (await openFileSet(mapping, to.spec));
  if (source === null) {
    const streams = declared.map(([stream]) => ({ stream, found: false, detail: 'reads other sets of files' }));
    return { name, title, fits: false, streams, variables };
  }
  try {
    // A query can be asked whatever is bound in it.
    const bound = { ...Object.fromEntries(openVariables(mapping, variables).map((open) => [open, '0'])), ...variables };
    const read = readVariables(mapping.variables, bound, () => nowhere);
    const columns: Record<string, readonly string[]> = {};
    const streams: StreamFound[] = [];
    for (const query of streamQueries(mapping, read.variables)) {
      const { stream } = query;
      const found = await answerOf(() => source.columns(query, to.signal));
      if (typeof found !== 'string') columns[stream] = found;
      const detail = typeof found === 'string' ? found : `${found.length} columns`;
      streams.push({ stream, found: typeof found !== 'string', detail });
    }
    const isWhole = streams.every(({ found }) => found);
    return { name, title, fits: isWhole && isBound(mapping, columns), streams, variables };
  } finally {
    if (source !== to.source) await source.close();
  }
}

/** Files as the mapping reads them, where it reads one set of them. */
async function openFileSet({ files }: LoadedMapping, spec: SourceSpec): Promise<Source | null> {
  const [set, ...others] = Object.keys(files);
  if (spec.engine !== 'files' || set === undefined || others.length > 0) return null;
  return openSource({ source: { engine: 'files', paths: { [set]: Object.values(spec.paths).flat() } }, files });
}

/** What the source answers, or in words why it does not; a source that is gone is thrown. */
async function answerOf(question: () => Promise<readonly string[]>): Promise<readonly string[] | string> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof MigrationError) || !/^(?:input\.|source\.query$)/.test(error.code)) throw error;
    return error.message.replace(/\s+/g, ' ');
  }
}

function isBound(mapping: LoadedMapping, columnsOf: Readonly<Record<string, readonly string[]>>): boolean {
  const { problems } = bindMapping({
    mapping,
    columnsOf,
    target: { reportSuiteID: { const: 'suite' } },
    suite: { seed: null, currency: null, delimiters: {} },
    lookups: {},
    variables: {},
  });
  return !problems.some(isFault);
}

/** Bound variables that have no value yet. */
function openVariables({ variables }: LoadedMapping, known: Readonly<Record<string, string>>): string[] {
  return Object.keys(variables).filter((name) => variables[name]?.default === undefined && known[name] === undefined);
}

/** With those that can have one value only. */
async function chosenVariables(
  mapping: LoadedMapping,
  known: Readonly<Record<string, string>>,
  { source, tables, variables, signal }: SourceToRecognise,
): Promise<Record<string, string>> {
  const chosen = { ...known };
  const left: Problem[] = [];
  for (const name of openVariables(mapping, known)) {
    const choices = source === null ? [] : await valuesOf(mapping, name, known, source, tables, signal);
    const [only, ...others] = choices;
    chosen[name] = only?.value ?? '0';
    if (only === undefined || others.length > 0) left.push(choiceFault(mapping, name, choices));
  }
  const { problems } = readVariables(mapping.variables, { ...variables, ...chosen }, () => nowhere);
  const faults = [...problems.map((problem) => ({ ...problem, file: null, line: null, column: null })), ...left];
  if (faults.length > 0) throw refusal(faults);
  return chosen;
}

/** All that a variable may be, each with what people call it. */
function choiceFault(
  { title, variables }: LoadedMapping,
  variable: string,
  choices: readonly VariableChoice[],
): Problem {
  const describe = variables[variable]?.describe;
  const list = choices.map(({ value, label }) => (label === '' ? value : `${value} (${label})`)).join(', ');
  return saidFault(
    'choice',
    `this is ${title}, and it needs its ${variable}${describe === undefined ? '' : `, ${describe}`}${list === '' ? '' : `; there are ${list}`}`,
    `say --variable ${variable}=${choices[0]?.value ?? '…'}`,
  );
}
