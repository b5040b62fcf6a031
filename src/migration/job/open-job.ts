import { join } from 'node:path';
import { createGrouper, groupName } from '../../chunking/visitor-group.ts';
import type { Migration } from '../../config/migration.ts';
import { windowOf } from '../../config/window.ts';
import { MigrationError } from '../../domain/error.ts';
import { isFault, type Problem } from '../../domain/problem.ts';
import { type BoundMapping, bindMapping, parseMapping } from '../../mapping/bind-mapping.ts';
import { openSource } from '../../source/open-source.ts';
import type { Source, StreamQuery } from '../../source/source.ts';
import type { Context } from '../context.ts';
import { askColumns } from './ask-columns.ts';
import { buildShares } from './build-shares.ts';
import type { Job } from './job.ts';
import { jobFingerprint } from './job-fingerprint.ts';
import { jobStreams } from './job-streams.ts';
import {
  distinct,
  type FileContext,
  type FilesRead,
  invalidInput,
  type JobFiles,
  offlineProblems,
  tryReadJobFiles,
} from './read-job-files.ts';

/** `wasOpen`: a server was reached before, so that a host whose name is not known is one that is away. */
type JobContext = FileContext &
  Pick<Context, 'runtime'> &
  Partial<Pick<Context, 'signal'>> & { readonly wasOpen?: boolean };

/**
 * Opens the source and compiles the mapping over its columns. Every fault in what people wrote comes as a value, those of
 * the files and those that only the source can tell in one go, queries that it refuses among them; a source that cannot
 * be asked is thrown.
 */
export async function tryOpenJob(
  file: string,
  context: JobContext,
): Promise<{ readonly job: Job | null; readonly files: JobFiles | null; readonly problems: readonly Problem[] }> {
  const read = await tryReadJobFiles(file, context);
  const { files } = read;
  if (files === null) return { job: null, files, problems: read.problems };
  if (read.problems.some(isFault))
    return { job: null, files, problems: await problemsWithSource(read, files, context) };
  const opened = await openAndBind(files, context);
  const problems = distinct([...read.problems, ...opened.bound.problems]);
  if (opened.bound.mapping === undefined) {
    await opened.source.close();
    return { job: null, files, problems };
  }
  return { job: jobOf(files, opened, opened.bound.mapping, context), files, problems };
}

/** As `tryOpenJob`, but faults stop the caller with `input.invalid`. */
export async function openJob(file: string, context: JobContext): Promise<Job> {
  const { job, problems } = await tryOpenJob(file, context);
  if (job === null) throw invalidInput(problems);
  return job;
}

/** The names of a migration's visitor groups, by number. */
export function groupNames({ visitorGroups }: Pick<Migration, 'visitorGroups'>): string[] {
  return Array.from({ length: visitorGroups.count }, (_, index) => groupName(visitorGroups.prefix, index));
}

interface Opened {
  readonly source: Source;
  readonly queries: readonly StreamQuery[];
  readonly columns: Readonly<Record<string, readonly string[]>>;
  readonly bound: BoundMapping;
}

/** Opens the source alone, as the job does. */
export function openJobSource(
  { migration, mapping }: Pick<JobFiles, 'migration' | 'mapping'>,
  wasOpen?: boolean,
): Promise<Source> {
  const streams = mapping.streams.map(([, spec]) => ({ query: spec.query, window: windowOf(spec) ?? undefined }));
  const { query } = buildShares(migration, streams);
  const folder = join(migration.folder, 'spool');
  const scratch = query === null ? {} : { scratch: { folder, memoryBytes: query.memory, diskBytes: query.disk } };
  return openSource({ source: migration.source, files: mapping.files, ...scratch, wasOpen });
}

async function openAndBind(files: JobFiles, { signal, wasOpen }: JobContext): Promise<Opened> {
  const { migration, mapping, variables, lookups, locate } = files;
  const { suite } = migration.target;
  const source = await openJobSource(files, wasOpen);
  try {
    const { queries, columns, problems } = await askColumns(source, files, signal);
    const streams = mapping.streams.filter(([name]) => Object.hasOwn(columns, name));
    const bound = bindMapping({
      mapping: { ...mapping, streams },
      columnsOf: columns,
      target: { reportSuiteID: migration.target.reportSuiteID, place: locate(['target', 'reportSuiteID']) },
      suite,
      lookups: lookups.tables,
      variables: variables.secrets,
    });
    if (streams.length === mapping.streams.length) return { source, queries, columns, bound };
    const all = distinct([...problems, ...bound.problems, ...parseMapping(mapping, suite)]);
    return { source, queries, columns, bound: { problems: all } };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** The faults that were found, and those that the source shows in what is left; a source that says nothing adds nothing. */
async function problemsWithSource(read: FilesRead, files: JobFiles, context: JobContext): Promise<readonly Problem[]> {
  try {
    const { source, bound } = await openAndBind(files, context);
    await source.close();
    return distinct([...read.problems, ...bound.problems.filter((problem) => !read.isLack(problem))]);
  } catch (error) {
    if (error instanceof MigrationError && error.code !== 'interrupted') return offlineProblems(read);
    throw error;
  }
}

function jobOf(
  files: JobFiles,
  { source, queries, columns }: Opened,
  compiled: NonNullable<BoundMapping['mapping']>,
  { runtime }: JobContext,
): Job {
  const { migration, mapping } = files;
  const streams = jobStreams(mapping, queries, columns, compiled.streams);
  return {
    migration,
    mapping,
    source,
    streams,
    windowed: streams.every(({ window }) => window !== null),
    header: compiled.header,
    columns: compiled.columns,
    groups: groupNames(migration),
    groupOf: createGrouper(migration.visitorGroups.count),
    fingerprint: jobFingerprint(files, { source: source.identity, runtime }),
    close: () => source.close(),
  };
}
