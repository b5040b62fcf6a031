import type { ValueSpec } from '../../config/mapping-schema.ts';

/** The suites of every row, where they are the same for all. */
export function constantOf(reportSuite: ValueSpec): string | null {
  return typeof reportSuite === 'object' ? (reportSuite.const ?? null) : null;
}
