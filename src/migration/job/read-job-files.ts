import { dirname, resolve } from 'node:path';
import { type LoadedMapping, loadMapping, type MappingResult } from '../../config/load-mapping.ts';
import { loadMigration, loadYamlKind, type RestOfMigration } from '../../config/load-migration.ts';
import type { Migration } from '../../config/migration.ts';
import { hintFor, inOrder } from '../../config/problems.ts';
import type { Path, Place } from '../../config/yaml-node.ts';
import { plural } from '../../domain/count.ts';
import { MigrationError } from '../../domain/error.ts';
import { formatProblem, isFault, type Problem } from '../../domain/problem.ts';
import { parseMapping } from '../../mapping/bind-mapping.ts';
import { formatFault } from '../../source/files/file-format.ts';
import type { Context } from '../context.ts';
import { targetProblems } from './check-target.ts';
import { type Lookups, readLookups } from './lookups.ts';
import { readVariables, type Variables } from './variables.ts';

/** What a job reads before its source; nothing is opened. */
export interface JobFiles {
  readonly migration: Migration;
  readonly mapping: LoadedMapping;
  readonly variables: Variables;
  readonly lookups: Lookups;
  /** Places in the migration file. */
  readonly locate: (path: Path) => Place;
}

/**
 * What could be read of a job's files. Where `problems` hold a fault, `files` is only as much as is needed to look for
 * more of them (`null` where too little is left), and `isLack` tells problems that are no more than a consequence.
 */
export interface FilesRead {
  readonly files: JobFiles | null;
  readonly problems: readonly Problem[];
  readonly isLack: (problem: Problem) => boolean;
}

/** `mapping` stands in for the one that the migration names: an absolute path or a ready-made name. */
export type FileContext = Pick<Context, 'env' | 'readyMadeFolder'> & { readonly mapping?: string };

const noLack = (): boolean => false;

/** Reads a migration, its mapping and its lookup files; all faults of all of them at once, as values. */
export async function tryReadJobFiles(
  file: string,
  { env, readyMadeFolder, mapping: instead }: FileContext,
): Promise<FilesRead> {
  if ((await loadYamlKind(file)) === 'mapping') return { files: null, problems: [noMigration(file)], isLack: noLack };
  const loaded = await loadMigration(file, { env });
  if (loaded.problems !== undefined) {
    const more = loaded.rest === null ? [] : await problemsOfRest(loaded.rest, readyMadeFolder);
    return { files: null, problems: distinct([...loaded.problems, ...more]), isLack: noLack };
  }
  const { migration, locate } = loaded;
  const named = instead ?? migration.mapping;
  const read = await loadMapping(named, { from: dirname(migration.file), readyMadeFolder, place: locate(['mapping']) });
  const mapping = read.mapping ?? read.rest?.mapping;
  if (mapping === undefined) return { files: null, problems: read.problems ?? [], isLack: noLack };
  const formats = formatProblems(mapping);
  // What is wrong with a declaration is not told again by the source that cannot read by it.
  const isTold = ({ code, message }: Problem): boolean =>
    formats.length > 0 && code === 'source.query' && message.startsWith('File set ');
  const isLack = (problem: Problem): boolean => isTold(problem) || read.rest?.isLack(problem) === true;
  const { variables, lookups, problems: disagreements } = await readAgreement(migration, mapping, locate);
  const found = [...formats, ...disagreements, ...targetProblems(loaded)];
  const problems = [...(read.problems ?? read.warnings), ...found.filter((problem) => !isLack(problem))];
  return { files: { migration, mapping, variables, lookups, locate }, problems, isLack };
}

/** What else is wrong with a faulty migration, with its mapping, and between both, as far as they can be read. */
async function problemsOfRest(rest: RestOfMigration, readyMadeFolder: string): Promise<readonly Problem[]> {
  const { migration, namesMapping, locate } = rest;
  const isNews = (problem: Problem): boolean => !rest.isLack(problem);
  const ofTarget = targetProblems(rest).filter(isNews);
  if (!namesMapping) return ofTarget;
  const from = dirname(migration.file);
  const read = await loadMapping(migration.mapping, { from, readyMadeFolder, place: locate(['mapping']) });
  const mapping = read.mapping ?? read.rest?.mapping;
  const agreed = mapping === undefined ? [] : (await readAgreement(migration, mapping, locate)).problems;
  const ofBoth = agreed.filter((problem) => isNews(problem) && read.rest?.isLack(problem) !== true);
  return [...mappingProblems(read), ...ofBoth, ...ofTarget];
}

/** What a migration gives to its mapping, and where they do not agree: variables, lookups, engine and file sets. */
async function readAgreement(
  migration: Migration,
  mapping: LoadedMapping,
  locate: JobFiles['locate'],
): Promise<Pick<JobFiles, 'variables' | 'lookups'> & { readonly problems: readonly Problem[] }> {
  const given = readVariables(mapping.variables, migration.variables, (name) => locate(['variables', name]));
  const lookups = await readLookups(mapping.lookups, migration.lookups, (name) => locate(['lookups', name]));
  const problems = [...given.problems, ...lookups.problems, ...sourceProblems(migration, mapping, locate)];
  return { variables: given.variables, lookups, problems };
}

/** As `tryReadJobFiles`, with all that can be said of the mapping without its source; faults stop the caller with `input.invalid`. */
export async function readJobFiles(file: string, context: FileContext): Promise<JobFiles> {
  const read = await tryReadJobFiles(file, context);
  if (read.files === null || read.problems.some(isFault)) throw invalidInput(offlineProblems(read));
  return read.files;
}

/** Everything that can be said of a job without its source. */
export function offlineProblems({ files, problems, isLack }: FilesRead): readonly Problem[] {
  if (files === null) return problems;
  const found = parseMapping(files.mapping, files.migration.target.suite).filter((problem) => !isLack(problem));
  return distinct([...problems, ...found]);
}

/** All that can be said of a mapping alone, faulty or not. */
export function mappingProblems(read: MappingResult): readonly Problem[] {
  const found = (mapping: LoadedMapping) => [...formatProblems(mapping), ...parseMapping(mapping)];
  if (read.problems === undefined) return distinct([...read.warnings, ...found(read.mapping)]);
  const { problems, rest } = read;
  if (rest === null) return problems;
  return distinct([...problems, ...found(rest.mapping).filter((problem) => !rest.isLack(problem))]);
}

/** What the source room would refuse of file sets once it reads them. */
function formatProblems({ files, locate }: LoadedMapping): Problem[] {
  return Object.entries(files).flatMap(([set, spec]) => {
    const fault = spec.format === 'csv' ? formatFault(spec) : null;
    if (fault === null) return [];
    const place = locate(['files', set, fault.member]);
    const hint = `correct ${fault.member}: of the file set ${set}`;
    return [{ code: 'mapping.file-set', message: fault.says, ...place, hint, severity: 'error' }];
  });
}

/** Each problem once, in the order of files and lines. */
export function distinct(problems: readonly Problem[]): readonly Problem[] {
  return inOrder([...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()]);
}

/** `input.invalid` over everything that was found. */
export function invalidInput(problems: readonly Problem[]): MigrationError {
  const message = `${plural(problems.filter(isFault).length, 'fault')} in what was written`;
  return new MigrationError('input.invalid', message, { problems });
}

function noMigration(file: string): Problem {
  return {
    code: 'config.kind',
    message: 'this file has no key `migration`: it is a mapping, or no migration file at all',
    file: resolve(file),
    line: null,
    column: null,
    hint: 'name the file that says `migration: <id>`',
    severity: 'error',
  };
}

/** What a migration's source and its mapping must agree on: the engine, and the file sets. */
function sourceProblems({ source }: Migration, mapping: LoadedMapping, locate: JobFiles['locate']): Problem[] {
  const fault = (path: readonly string[], message: string, hint: string): Problem => {
    return { code: 'config.source', message, ...locate(path), hint, severity: 'error' };
  };
  if (source.engine !== mapping.engine) {
    const message = `the mapping is for engine ${mapping.engine}, the source is ${source.engine}`;
    return [fault(['source', 'engine'], message, 'choose a mapping for this engine')];
  }
  if (source.engine !== 'files') return [];
  const declared = Object.keys(mapping.files);
  const unknown = Object.keys(source.paths).filter((set) => !declared.includes(set));
  const used = new Set(mapping.streams.map(([, { rows }]) => rows));
  const missing = declared.filter((set) => used.has(set) && source.paths[set] === undefined);
  return [
    ...unknown.map((set) =>
      fault(
        ['source', 'paths', set],
        `the mapping has no file set \`${set}\``,
        hintFor(set, declared) ?? `it has: ${declared.join(', ')}`,
      ),
    ),
    ...missing.map((set) =>
      fault(['source', 'paths'], `no files are given for \`${set}\``, `write paths: { ${set}: ["…"] }`),
    ),
  ];
}
