import type { ValueSpec } from '../../config/mapping-schema.ts';

/** The suites of every row, as they are written, where they are the same for all; `null` where anything else is said. */
export function constantOf(reportSuite: ValueSpec): string | null {
  if (typeof reportSuite === 'string') return null;
  const { const: suites = null, ...others } = reportSuite;
  return Object.keys(others).length === 0 ? suites : null;
}
