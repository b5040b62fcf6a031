import type { ColumnKind } from './column.ts';
import type { Consequence } from './consequence.ts';

/** How sure a rule is: in Adobe's docs today; in older docs, or the plain consequence of others; or in none. */
export type RuleCertainty = 'documented' | 'likely' | 'unsure';

/**
 * What is done about a rule before Adobe sees the data. `refused`: a mapping that breaks it does not compile. `mended`,
 * `cut`, `emptied`, `left out`: the value of the hit, counted by column. `rejected`: the row becomes no hit, counted by
 * reason. `warned`: `check`, `lint` or the report tells it. `written so`: files cannot be written otherwise.
 */
export type RuleDeed = 'refused' | 'mended' | 'cut' | 'emptied' | 'left out' | 'rejected' | 'warned' | 'written so';

/** One thing that Adobe asks of a file, a row or a value and that can be seen in the file. */
export interface RuleData {
  /** Lower case with hyphens; what findings, tallies and docs call it. */
  readonly id: string;
  /** What Adobe asks, and where it helps what a breach does. */
  readonly says: string;
  /** What becomes of what breaks it; the worst that is thinkable where Adobe does not say. */
  readonly class: Exclude<Consequence, 'unsure'>;
  /** Where only that becomes of it: what no file shows, so that a breach may do no harm. */
  readonly where?: string;
  readonly certainty: RuleCertainty;
  /** Adobe's pages. */
  readonly source: string;
  readonly done: readonly RuleDeed[];
  /** The settings that decide what is done or make the rule sharper, as a migration or a mapping writes them. */
  readonly settings?: readonly string[];
  /** Kinds of column whose values it is about. */
  readonly kinds?: readonly ColumnKind[];
}
