import { dirname } from 'node:path';
import { createGrouper, groupName } from '../chunking/visitor-group.ts';
import { type LoadedMapping, loadMapping } from '../config/load-mapping.ts';
import { loadMigration } from '../config/load-migration.ts';
import type { Migration } from '../config/migration.ts';
import { hintFor } from '../config/problems.ts';
import { MigrationError } from '../domain/error.ts';
import { isFault, type Problem } from '../domain/problem.ts';
import { bindMapping, parseMapping } from '../mapping/bind-mapping.ts';
import { openSource } from '../source/open-source.ts';
import type { Source, StreamQuery } from '../source/source.ts';
import type { Context } from './context.ts';
import type { Job } from './job.ts';
import { jobFingerprint } from './job-fingerprint.ts';
import { jobStreams, streamQueries } from './job-streams.ts';
import { type Lookups, readLookups } from './lookups.ts';
import { readVariables, type Variables } from './variables.ts';

/** What a job reads before its source: all of it checked, nothing opened. */
export interface JobFiles {
  readonly migration: Migration;
  readonly mapping: LoadedMapping;
  readonly variables: Variables;
  readonly lookups: Lookups;
  readonly warnings: readonly Problem[];
}

type LocateMigration = (path: readonly string[]) => {
  readonly file: string;
  readonly line: number;
  readonly column: number;
};
type FileContext = Pick<Context, 'env' | 'readyMadeFolder'>;

/** Reads a migration, its mapping and its lookup files; all faults of all of them at once, as values. */
export async function tryReadJobFiles(
  file: string,
  context: FileContext,
): Promise<{ readonly files: JobFiles | null; readonly problems: readonly Problem[] }> {
  const loaded = await loadMigration(file, { env: context.env });
  if (loaded.problems !== undefined) return { files: null, problems: loaded.problems };
  const { migration, locate } = loaded;
  const { readyMadeFolder } = context;
  const from = dirname(migration.file);
  const read = await loadMapping(migration.mapping, { from, readyMadeFolder, place: locate(['mapping']) });
  if (read.problems !== undefined) return { files: null, problems: read.problems };
  const { mapping } = read;
  const given = readVariables(mapping.variables, migration.variables, (name) => locate(['variables', name]));
  const lookups = await readLookups(mapping.lookups, migration.lookups);
  const problems = [
    ...read.warnings,
    ...given.problems,
    ...lookups.problems,
    ...sourceProblems(migration, mapping, locate),
  ];
  if (problems.some(isFault))
    return { files: null, problems: [...problems, ...parseMapping(mapping, migration.target.suite)] };
  return { files: { migration, mapping, variables: given.variables, lookups, warnings: problems }, problems };
}

/** As `tryReadJobFiles`, but faults stop the caller with `input.invalid`. */
export async function readJobFiles(file: string, context: FileContext): Promise<JobFiles> {
  const { files, problems } = await tryReadJobFiles(file, context);
  if (files === null) throw invalidInput(problems);
  return files;
}

/** Opens the source and compiles the mapping over its columns; faults in what people wrote come as values. */
export async function tryOpenJob(
  file: string,
  context: FileContext & Pick<Context, 'runtime'>,
): Promise<{ readonly job: Job | null; readonly problems: readonly Problem[] }> {
  const { files, problems } = await tryReadJobFiles(file, context);
  if (files === null) return { job: null, problems };
  const { migration, mapping, variables, lookups } = files;
  const source = await openSource({ source: migration.source, files: mapping.files });
  try {
    const queries = streamQueries(mapping, variables);
    const columns = await columnsOf(source, queries);
    const bound = bindMapping({
      mapping,
      columnsOf: columns,
      target: { reportSuiteID: migration.target.reportSuiteID },
      suite: migration.target.suite,
      lookups: lookups.tables,
      variables: variables.secrets,
    });
    const found = [...problems, ...bound.problems];
    if (bound.mapping === undefined) {
      await source.close();
      return { job: null, problems: found };
    }
    const streams = jobStreams(mapping, queries, columns, bound.mapping.streams);
    const job: Job = {
      migration,
      mapping,
      source,
      streams,
      windowed: streams.every(({ window }) => window !== null),
      header: bound.mapping.header,
      columns: bound.mapping.columns,
      groups: groupNames(migration),
      groupOf: createGrouper(migration.visitorGroups.count),
      fingerprint: jobFingerprint(migration, mapping, source.identity, lookups.digests, variables, context.runtime),
      close: () => source.close(),
    };
    return { job, problems: found };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** As `tryOpenJob`, but faults stop the caller with `input.invalid`. */
export async function openJob(file: string, context: FileContext & Pick<Context, 'runtime'>): Promise<Job> {
  const { job, problems } = await tryOpenJob(file, context);
  if (job === null) throw invalidInput(problems);
  return job;
}

/** The names of a migration's visitor groups, by number. */
export function groupNames({ visitorGroups }: Pick<Migration, 'visitorGroups'>): string[] {
  return Array.from({ length: visitorGroups.count }, (_, index) => groupName(visitorGroups.prefix, index));
}

function invalidInput(problems: readonly Problem[]): MigrationError {
  const count = problems.filter(isFault).length;
  return new MigrationError('input.invalid', `${count} ${count === 1 ? 'fault' : 'faults'} in what was written`, {
    problems,
  });
}

/** What a migration's source and its mapping must agree on: the engine, and the file sets. */
function sourceProblems({ source }: Migration, mapping: LoadedMapping, locate: LocateMigration): Problem[] {
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

async function columnsOf(source: Source, queries: readonly StreamQuery[]): Promise<Record<string, readonly string[]>> {
  const columns: Record<string, readonly string[]> = {};
  for (const query of queries) columns[query.stream] = await source.columns(query);
  return columns;
}
