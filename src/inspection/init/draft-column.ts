import type { Guess, Sureness } from './guess-roles.ts';

/** One of Adobe's columns in a draft, with what fills it. */
export interface DraftColumn {
  readonly column: string;
  /** As a mapping writes it: plain data. */
  readonly value: unknown;
  /** The source's columns that it reads. */
  readonly from: readonly string[];
  readonly sureness: Sureness;
  readonly why: readonly string[];
  readonly doubts: readonly string[];
  readonly example: string | null;
  /** Part of the sampled rows in which the first of its columns has a value, 0 to 1. */
  readonly filled: number;
}

/** Rules of `skip:` by name, for a person to decide about: rows that seem to be no page views and no links. */
export type DraftSkips = Readonly<Record<string, unknown>>;

/** What a value has beside its source. */
export type Extra = Readonly<Record<string, unknown>>;

/** What columns were taken for, by role. */
export type Guesses = ReadonlyMap<string, Guess>;

/** A column with a value of its own, or read as it is but for `extra`; none without a guess. */
export function columnOf(
  column: string,
  guess: Guess | undefined,
  extra: Extra = {},
  doubts: readonly string[] = [],
): DraftColumn[] {
  if (guess === undefined) return [];
  const { name } = guess.facts;
  return [columnMade(column, Object.keys(extra).length === 0 ? name : { from: name, ...extra }, [guess], doubts)];
}

/** A column with this value, of these guesses; `more` speaks against it beside what speaks against them. */
export function columnMade(
  column: string,
  value: unknown,
  guesses: readonly Guess[],
  more: readonly string[] = [],
): DraftColumn {
  const [first] = guesses;
  const doubts = [...guesses.flatMap((guess) => guess.doubts), ...more];
  return {
    column,
    value,
    from: guesses.map(({ facts }) => facts.name),
    sureness: doubts.length > 0 ? 'unsure' : guesses.every(({ sureness }) => sureness === 'sure') ? 'sure' : 'likely',
    why: first?.why ?? [],
    doubts,
    example: first?.facts.example ?? null,
    filled: first === undefined ? 0 : first.facts.filled / first.facts.rows,
  };
}

/** As a condition names one text, or several. */
export function oneOrAll(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? (values[0] ?? '') : values;
}
