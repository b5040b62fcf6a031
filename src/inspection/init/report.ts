import type { Problem } from '../../domain/problem.ts';
import type { Draft } from './draft.ts';
import type { DayRange } from './find-range.ts';
import type { Sureness } from './guess-roles.ts';
import type { SampleOutcome } from './prove-written.ts';
import type { TriedMapping } from './recognise.ts';

/** A column of the source and what a draft makes of it; `becomes` is `null` for what is not mapped. */
export interface ColumnEvidence {
  readonly column: string;
  readonly becomes: string | null;
  readonly sureness: Sureness | null;
  /** What speaks for it. */
  readonly why: readonly string[];
  /** What speaks against it: a person has to look. */
  readonly doubts: readonly string[];
  /** A value, shortened so that it may be shown. */
  readonly example: string | null;
  /** Part of the sampled rows in which it has a value, 0 to 1. */
  readonly filled: number;
}

/** What a draft was made of. */
export interface DraftEvidence {
  /** The table, or the set of files. */
  readonly from: string;
  /** Other tables that may hold hits too. */
  readonly others: readonly string[];
  readonly sampledRows: number;
  /** In the order of the draft; what is not mapped at the end. */
  readonly columns: readonly ColumnEvidence[];
}

/** What `init` saw, guessed and wrote. */
export interface InitReport {
  /** Without any secret. */
  readonly source: string;
  readonly engine: string;
  /** The ready-made mapping that the source fits; `null` where a draft was made. */
  readonly recognised: string | null;
  /** Ready-made mappings that were held against the source. */
  readonly tried: readonly TriedMapping[];
  readonly draft: DraftEvidence | null;
  readonly range: DayRange;
  /** What a person has to look at. */
  readonly remarks: readonly string[];
  /** What the sampled rows become, by stream, most rows first. */
  readonly outcomes: readonly SampleOutcome[];
  /** What `check` has to say of what was written, except of rows. */
  readonly problems: readonly Problem[];
  /** Absolute paths of what was written. */
  readonly written: readonly string[];
  /** Names that the environment, or `.env` beside the migration, has yet to give. */
  readonly missing: readonly string[];
}

/** A draft as evidence: each of its columns, and those that became nothing. */
export function draftEvidence({ of, others, sampledRows, time, hit }: Draft): DraftEvidence {
  const { facts, timeOfDay, why, doubts } = time;
  const timestamp: ColumnEvidence = {
    column: timeOfDay === null ? facts.name : `${facts.name}, ${timeOfDay.name}`,
    becomes: 'timestamp',
    sureness: doubts.length === 0 ? 'sure' : 'unsure',
    why,
    doubts,
    example: facts.example,
    filled: facts.filled / facts.rows,
  };
  const mapped = new Map<string, ColumnEvidence>();
  for (const { column: becomes, from, value: _, ...evidence } of hit.columns) {
    const column = from.join(', ');
    const known = mapped.get(column);
    // A kind of row becomes several columns; it is told once.
    mapped.set(column, { column, ...evidence, ...known, becomes: known ? `${known.becomes}, ${becomes}` : becomes });
  }
  const unmapped = hit.unmapped.map(({ name: column, example, filled, rows }): ColumnEvidence => {
    return { column, becomes: null, sureness: null, why: [], doubts: [], example, filled: filled / rows };
  });
  return { from: of, others, sampledRows, columns: [timestamp, ...mapped.values(), ...unmapped] };
}
