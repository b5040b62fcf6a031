import type { Migration } from '../../config/migration.ts';
import type { LintOptions } from '../../lint/lint-file.ts';
import { commaList } from '../../mapping/shapes.ts';
import { constantOf } from '../job/constant-suite.ts';

/** What the linter holds files of this migration against: its limits, its report suites, what it says of them. */
export function lintAgainst({ chunks, target }: Migration): Pick<LintOptions, 'limits' | 'suite' | 'suites'> {
  const suites = constantOf(target.reportSuiteID);
  return {
    limits: { maxRawBytes: chunks.maxRawBytes },
    suite: target.suite,
    ...(suites === null ? {} : { suites: commaList(suites).split(',') }),
  };
}
