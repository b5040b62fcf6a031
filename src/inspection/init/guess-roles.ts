import { parseSourceName } from '../../mapping/source-name.ts';
import type { ColumnFacts, Shape } from './column-facts.ts';
import { type Role, type Rule, rules } from './roles.ts';

/** How sure a guess is: name and values say so; one of them does; a name that may mean other things. */
export type Sureness = 'sure' | 'likely' | 'unsure';

/** A column of the source and what it was taken for. */
export interface Guess {
  readonly role: Role;
  readonly facts: ColumnFacts;
  readonly sureness: Sureness;
  /** What speaks for it. */
  readonly why: readonly string[];
  /** What speaks against it: a person has to look. */
  readonly doubts: readonly string[];
}

const leastShare = 0.5;
const fewValues = 50;

/**
 * What columns become, by their names and by what their values look like; each column at most one thing, each thing from
 * at most one column. What is empty in the sample becomes nothing.
 */
export function guessRoles(columns: readonly ColumnFacts[]): Guess[] {
  const fits = rules
    .flatMap((rule) => columns.flatMap((facts) => fitOf(rule.role, rule, facts) ?? []))
    // Sorting is stable: of equals the rule and the column that stand first.
    .sort((one, other) => other.points - one.points);
  const guesses = new Map<Role, Guess>();
  const taken = new Set<ColumnFacts>();
  for (const { guess } of fits) {
    if (guesses.has(guess.role) || taken.has(guess.facts)) continue;
    guesses.set(guess.role, guess);
    taken.add(guess.facts);
  }
  return rules.flatMap(({ role }) => guesses.get(role) ?? []);
}

/** A guess, and how good it is beside others. */
function fitOf(role: Role, rule: Rule, facts: ColumnFacts): { readonly points: number; readonly guess: Guess } | null {
  const { name, filled, rows } = facts;
  if (filled === 0 || rule.fits?.(facts) === false || rule.never?.test(wholeName(name)) === true) return null;
  const names = namesOf(name);
  const isNamed = names.some((one) => rule.names.test(one));
  const isWeak = !isNamed && names.some((one) => rule.weak?.test(one) === true);
  const [shape, share] = bestShape(rule, facts);
  if (shape !== null && share < leastShare) return null;
  if (isWeak && filled * 2 < rows) return null;
  const isByShape = rule.byShape === true && share >= 0.9;
  if (!isNamed && !isWeak && !isByShape) return null;
  const doubts = [
    ...(isWeak ? ['its name may mean something else'] : []),
    ...(role === 'visitorID' ? visitorDoubts(facts, names) : []),
  ];
  const isSure = isNamed && (shape === null ? filled >= fewValues : share >= 0.9);
  const sureness = doubts.length > 0 ? 'unsure' : isSure ? 'sure' : 'likely';
  const why = [...(isNamed ? ['name'] : []), ...(shape === null ? [] : [`${percent(share)} ${shape}`])];
  const isTold = isWeak && rule.told?.(facts) === true;
  const isBest = names.some((one) => rule.best?.test(one) === true);
  const nameWorth = isBest ? 5 : isNamed ? 4 : isTold ? 2 : isWeak ? 1 : 0;
  const points = nameWorth + (shape === null ? 0 : share * 2) + filled / rows;
  return { points, guess: { role, facts, sureness, why, doubts } };
}

function bestShape({ shapes = [] }: Rule, facts: ColumnFacts): readonly [shape: Shape | null, share: number] {
  const [best = null] = shapes.toSorted((one, other) => facts.shapes[other] - facts.shapes[one]);
  return [best, best === null ? 0 : facts.shapes[best]];
}

function visitorDoubts({ distinct, filled, rows, shapes }: ColumnFacts, names: readonly string[]): string[] {
  const isOne = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  return [
    ...(filled >= fewValues && distinct === filled ? ['each row has another: it may be the key of the row'] : []),
    ...(filled * 2 < rows ? [`${percent(filled / rows)} of rows have one`] : []),
    ...(shapes['mail addresses'] > 0 ? ['some are mail addresses, which Adobe would hold: hash them'] : []),
    ...(isOne(/^(?:session|visit(?!or)|sid)/) ? ['each visit would be a new visitor'] : []),
    ...(isOne(/^(?:user(?!.*pseudo)|customer|member|account|person|uid)/)
      ? ['people may have none before they log in']
      : []),
  ];
}

/**
 * The words of a column's name, as rules ask for them: `payload.pageUrl` is `page_url` and `payload_page_url`; what
 * trackers put before names is left out.
 */
export function namesOf(name: string): string[] {
  const parts = (parseSourceName(name) ?? [name]).map(plain);
  const last = parts.at(-1) ?? '';
  const tracker = last.replace(/^(?:context|ctx|hit|log|evt|x|cs|sc|c|dvce|properties)_(?=.)/, '');
  return [...new Set([last, tracker, parts.slice(-2).join('_')])];
}

function wholeName(name: string): string {
  return (parseSourceName(name) ?? [name]).map(plain).join('_');
}

function plain(part: string): string {
  return part
    .replace(/^\[[^\]]*\]\s*/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}

function percent(share: number): string {
  return `${share > 0.99 && share < 1 ? 99 : Math.round(share * 100)} %`;
}
