import { dirname, resolve } from 'node:path';
import { loadMapping } from '../config/load-mapping.ts';
import { loadYamlKind } from '../config/load-migration.ts';
import { loadTests } from '../config/load-tests.ts';
import { problemAt } from '../config/problems.ts';
import { unreadable } from '../config/read-bytes.ts';
import { MigrationError } from '../domain/error.ts';
import type { Problem } from '../domain/problem.ts';
import { type Context, type ContextOptions, contextOf } from '../migration/context.ts';
import { retentionProblems } from '../migration/job/check-target.ts';
import { tryOpenJob } from '../migration/job/open-job.ts';
import {
  distinct,
  type FilesRead,
  type JobFiles,
  mappingProblems,
  offlineProblems,
  tryReadJobFiles,
} from '../migration/job/read-job-files.ts';
import { sampleProblems, type UnmappedMembers } from './check-sample.ts';

/** What `check` found in one file; no problem of severity `error` means that it can be used. */
export interface CheckReport {
  readonly file: string;
  /** `tests` are those beside a mapping: `<mapping>.test.yaml`. */
  readonly kind: 'migration' | 'mapping' | 'tests';
  readonly problems: readonly Problem[];
  /** Members of JSON columns that sampled rows have and nobody mapped; no fault, but they do not come along. */
  readonly unmapped: readonly UnmappedMembers[];
}

/**
 * Lints migrations, mappings and their tests: all faults at once. A migration is checked against its source too (columns
 * that queries return, lookup files, about 1,000 rows of each stream), unless `offline`. Faults are values, a source that
 * cannot be reached among them. Throws only `interrupted`, and `disk.failed` where the disk does not give one of these files.
 */
export async function check(
  files: readonly string[],
  options: ContextOptions & { readonly offline?: boolean } = {},
): Promise<CheckReport[]> {
  const context = contextOf(options);
  const reports: CheckReport[] = [];
  for (const file of files) {
    const kind = await loadYamlKind(file);
    if (kind !== 'migration') {
      reports.push({ file, ...(await checkAlone(file, kind !== null, context)), unmapped: [] });
    } else if (options.offline === true) {
      const problems = problemsWithoutSource(await tryReadJobFiles(file, context), context);
      reports.push({ file, kind, problems, unmapped: [] });
    } else {
      reports.push({ file, kind, ...(await checkWithSource(file, context)) });
    }
  }
  return reports;
}

async function checkAlone(
  file: string,
  isThere: boolean,
  { readyMadeFolder }: Context,
): Promise<Pick<CheckReport, 'kind' | 'problems'>> {
  const path = resolve(file);
  const kind = /\.test\.ya?ml$/.test(file) ? 'tests' : 'mapping';
  if (!isThere) return { kind, problems: [unreadable(path, 'file')] };
  if (kind === 'tests') return { kind, problems: (await loadTests(path))?.problems ?? [] };
  return { kind, problems: mappingProblems(await loadMapping(path, { from: dirname(path), readyMadeFolder })) };
}

async function checkWithSource(file: string, context: Context): Promise<Pick<CheckReport, 'problems' | 'unmapped'>> {
  try {
    const { job, files, problems } = await tryOpenJob(file, context);
    try {
      // What the files or the columns get wrong would show in the rows again.
      const sampled =
        job === null || files === null
          ? { problems: [], unmapped: [] }
          : await sampleProblems(job, files.locate, context);
      const { unmapped } = sampled;
      return { problems: distinct([...problems, ...tooOld(files, context), ...sampled.problems]), unmapped };
    } finally {
      await job?.close();
    }
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code === 'interrupted') throw error;
    const read = await tryReadJobFiles(file, context);
    const stop = problemAt(read.files?.locate(['source']) ?? null, error.code, error.message, error.next);
    return { problems: distinct([...problemsWithoutSource(read, context), stop]), unmapped: [] };
  }
}

function problemsWithoutSource(read: FilesRead, context: Context): readonly Problem[] {
  return distinct([...offlineProblems(read), ...tooOld(read.files, context)]);
}

/** What time has to say of a migration; other commands do as they are told. */
function tooOld(files: JobFiles | null, { clock }: Context): readonly Problem[] {
  return files === null ? [] : retentionProblems(files.migration, files.locate, clock.now());
}
