import type { ValueSpec } from '../../config/mapping-schema.ts';
import type { Migration } from '../../config/migration.ts';
import type { LintOptions } from '../../lint/lint-file.ts';

/** What the linter holds files of this migration against: its limits, its report suites, what it says of them. */
export function lintAgainst({ chunks, target }: Migration): Pick<LintOptions, 'limits' | 'suite' | 'suites'> {
  const suites = constantOf(target.reportSuiteID);
  return {
    limits: { maxRawBytes: chunks.maxRawBytes },
    suite: target.suite,
    ...(suites === null ? {} : { suites: suites.split(',') }),
  };
}

/** The suites of every row, where they are the same for all. */
export function constantOf(reportSuite: ValueSpec): string | null {
  return typeof reportSuite === 'object' ? (reportSuite.const ?? null) : null;
}
