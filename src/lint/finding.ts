import type { Consequence } from '../adobe/consequence.ts';

/** Something in a file that Adobe does not take as it is meant. */
export interface Finding {
  /** The rule's name, in lower case with hyphens. */
  readonly rule: string;
  readonly consequence: Consequence;
  /** The data row, from 1; `null` where the file or its header is meant. */
  readonly row: number | null;
  /** The header as the file writes it. */
  readonly column: string | null;
  /** Cut to 80 characters. */
  readonly value: string | null;
  readonly message: string;
}

/** All findings of one rule with one consequence, as a number and its first ten. */
export interface RuleFindings {
  readonly rule: string;
  readonly consequence: Consequence;
  readonly count: number;
  readonly samples: readonly Finding[];
}

/** Enters a finding; `value` may be of any length. */
export type Note = (finding: Finding) => void;

const maxSamples = 10;
const maxValueChars = 80;

/** Collects findings in memory that does not grow with their number. `list` is in the order of first appearance. */
export function createFindings(): { note: Note; list(): RuleFindings[] } {
  const found = new Map<string, { count: number; samples: Finding[] }>();
  const note: Note = (finding) => {
    const key = `${finding.rule} ${finding.consequence}`;
    let entry = found.get(key);
    if (entry === undefined) {
      entry = { count: 0, samples: [] };
      found.set(key, entry);
    }
    entry.count++;
    if (entry.samples.length === maxSamples) return;
    entry.samples.push({ ...finding, value: finding.value === null ? null : shorten(finding.value) });
  };
  const list = (): RuleFindings[] =>
    [...found.values()].flatMap(({ count, samples }) => {
      const first = samples[0];
      return first === undefined ? [] : [{ rule: first.rule, consequence: first.consequence, count, samples }];
    });
  return { note, list };
}

function shorten(value: string): string {
  return value.length <= maxValueChars ? value : `${value.slice(0, maxValueChars - 1)}…`;
}
