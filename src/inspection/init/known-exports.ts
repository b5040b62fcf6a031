import type { ColumnFacts } from './column-facts.ts';

/** An export that no ready-made mapping reads as it is, and that an example does. */
interface KnownExport {
  readonly says: string;
  /** Columns that it has, and hardly another system. */
  readonly has: readonly RegExp[];
  readonly example: string;
  /** What the example does, and a draft cannot know. */
  readonly does: string;
}

const known: readonly KnownExport[] = [
  {
    says: 'the BigQuery export of Google Analytics 4',
    has: [/^event_params(?:\.|$)/, /^user_pseudo_id$/],
    example: 'ga4-export',
    does: 'orders that are there several times, campaigns of the landing page alone, events of one timestamp in their order',
  },
  {
    says: 'an Adobe data feed',
    has: [/^exclude_hit$/, /^hit_source$/],
    example: 'adobe-data-feed',
    does: 'hits that Adobe left out, links, orders that were counted before, events and products by their numbers',
  },
  {
    says: 'an export of PostHog',
    has: [/^distinct_id$/, /^properties\.\$current_url$/],
    example: 'posthog-export',
    does: 'events that are there twice, people who log in, links that lead out, what is no hit',
  },
];

/** A remark that names the example to begin with, where columns are those of an export that one reads. */
export function exportRemarks(facts: readonly ColumnFacts[]): string[] {
  return known
    .filter(({ has }) => has.every((name) => facts.some((one) => name.test(one.name))))
    .map(
      ({ says, example, does }) =>
        `this looks like ${says}: begin with migrations-examples/${example}, which knows what a draft cannot (${does})`,
    );
}
