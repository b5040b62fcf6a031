import type { Consequence } from '../adobe/consequence.ts';
import { consequenceOf, type RuleId } from '../adobe/rules.ts';

/** Something in a file that Adobe does not take as it is meant. */
export interface Finding {
  /** The name of the rule that is broken. */
  readonly rule: RuleId;
  readonly consequence: Consequence;
  /** The data row, from 1; `null` where the file or its header is meant. */
  readonly row: number | null;
  /** The header as the file writes it. */
  readonly column: string | null;
  /** Cut to 80 characters. */
  readonly value: string | null;
  readonly message: string;
}

/** All findings of one rule, as a number and its first ten. */
export interface RuleFindings {
  readonly rule: RuleId;
  readonly consequence: Consequence;
  readonly count: number;
  readonly samples: readonly Finding[];
}

/** Enters a finding, whose rule says what the consequence is; `value` may be of any length. */
export type Note = (finding: Omit<Finding, 'consequence'>) => void;

const maxSamples = 10;
const maxValueChars = 80;

/** Collects findings in memory that does not grow with their number. `list` is in the order of first appearance. */
export function createFindings(): { note: Note; list(): RuleFindings[] } {
  const found = new Map<RuleId, { count: number; samples: Finding[] }>();
  const note: Note = (finding) => {
    const { rule, row, column, message } = finding;
    let entry = found.get(rule);
    if (entry === undefined) {
      entry = { count: 0, samples: [] };
      found.set(rule, entry);
    }
    entry.count++;
    if (entry.samples.length === maxSamples) return;
    const value = finding.value === null ? null : shorten(finding.value);
    entry.samples.push({ rule, consequence: consequenceOf(rule), row, column, value, message });
  };
  const list = (): RuleFindings[] =>
    [...found].map(([rule, { count, samples }]) => ({ rule, consequence: consequenceOf(rule), count, samples }));
  return { note, list };
}

function shorten(value: string): string {
  return value.length <= maxValueChars ? value : `${value.slice(0, maxValueChars - 1)}…`;
}
