import { type LintFilesOptions, type LintFilesReport, lintFiles } from '../lint/lint-files.ts';
import { type ContextOptions, contextOf } from '../migration/context.ts';
import { lintAgainst } from '../migration/deliver/lint-against.ts';
import { readJobFiles } from '../migration/job/read-job-files.ts';

/** How files are linted; see `LintFilesOptions`. */
export interface LintOptions extends ContextOptions, Pick<LintFilesOptions, 'groupBy' | 'mostVisitors'> {
  /** A migration file, whose limits, report suites and `target.suite` the files are held against. */
  readonly migration?: string;
}

/**
 * Checks BDIA files, whoever made them: each by itself, and across them every visitor's order and that no visitor is in
 * two groups. Throws as `lintFiles`, and with a migration what reading its files throws.
 */
export async function lint(
  paths: readonly string[],
  { migration, groupBy, mostVisitors, ...rest }: LintOptions = {},
): Promise<LintFilesReport> {
  const context = contextOf(rest);
  const against = migration === undefined ? {} : lintAgainst((await readJobFiles(migration, context)).migration);
  return lintFiles(paths, {
    signal: context.signal,
    onEvent: context.onEvent,
    now: context.clock.now(),
    ...against,
    ...(groupBy === undefined ? {} : { groupBy }),
    ...(mostVisitors === undefined ? {} : { mostVisitors }),
  });
}
