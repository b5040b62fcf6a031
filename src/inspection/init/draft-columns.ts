import type { Problem } from '../../domain/problem.ts';
import { type ChosenTime, chooseTime } from './choose-time.ts';
import type { ColumnFacts } from './column-facts.ts';
import { type DraftHit, draftHit } from './draft-hit.ts';
import { type Guess, guessRoles } from './guess-roles.ts';
import { type Role, rules } from './roles.ts';
import { refusal, saidFault } from './said-fault.ts';

/** What a person says about columns, over what is guessed. */
export interface ColumnWishes {
  /** Adobe's column to the source's; `timestamp` is the time of a hit. */
  readonly columns: Readonly<Record<string, string>>;
  /** The clock of times without an offset. */
  readonly zone: string | undefined;
}

/** What a table or a set of files says of its columns, beside their values. */
export interface ColumnPlaces {
  /** For people, such as `table pageviews`. */
  readonly says: string;
  /** Columns that tell rows apart. */
  readonly key: readonly string[];
  /** Columns that an index begins with. */
  readonly indexed: readonly string[];
  /** Whether the engine gives a type's times in UTC, whatever they were written in. */
  readonly isUtcType: (type: string) => boolean;
}

/** The columns of a draft, decided. */
export interface DraftedColumns {
  readonly time: ChosenTime;
  /** As `time:` of a mapping says it. */
  readonly timeSpec: Readonly<Record<string, unknown>>;
  /** The clock of the column of times; UTC where each says its own. */
  readonly zone: string;
  readonly hit: DraftHit;
}

/**
 * What the columns of one table, or of one set of files, become. Throws `input.invalid` with all that only a person can
 * say: a time, a visitor or a page that no column looks like, and the zone of times that say none.
 */
export function draftColumns(
  facts: readonly ColumnFacts[],
  places: ColumnPlaces,
  { columns: { timestamp, ...wished }, zone: saidZone }: ColumnWishes,
): DraftedColumns {
  const time = chooseTime(facts, places.indexed, timestamp);
  const candidates = facts.filter((one) => one !== time?.facts && one !== time?.timeOfDay);
  const hit = draftHit(rolesOf(candidates, places.key, wished), candidates);
  const zone = time !== null && saysZone(time, places) ? 'UTC' : saidZone;
  const wrong = wishFaults(facts, timestamp, wished);
  const faults =
    wrong.length > 0
      ? wrong
      : [...(time === null ? [timeFault(timestamp)] : zoneFaults(time, zone)), ...lacks(hit, facts)];
  if (time === null || faults.length > 0) {
    throw refusal(faults, `Nothing was written: ${places.says} are ${listed(facts)}`);
  }
  const unmapped = hit.unmapped.filter(({ name }) => !places.key.includes(name));
  return {
    time,
    timeSpec: timeSpec(time, zone ?? 'UTC'),
    zone: zone ?? 'UTC',
    hit: { ...hit, unmapped },
  };
}

/** Wishes, and guesses for the rest; the only column of a key tells rows apart, and nothing else. */
function rolesOf(
  facts: readonly ColumnFacts[],
  key: readonly string[],
  wished: Readonly<Record<string, string>>,
): readonly Guess[] {
  const said = Object.entries(wished).flatMap(([role, column]) =>
    facts
      .filter(({ name }) => name === column)
      .map(
        (found): Guess => ({ role: role as Role, facts: found, sureness: 'sure', why: ['you said so'], doubts: [] }),
      ),
  );
  const rest = facts.filter(({ name }) => !Object.values(wished).includes(name) && key.join() !== name);
  return [...said, ...guessRoles(rest).filter(({ role }) => wished[role] === undefined)];
}

function timeSpec({ facts, timeOfDay, form }: ChosenTime, zone: string): Record<string, unknown> {
  const { unit, format, isZoned } = form;
  return {
    ...(timeOfDay === null ? { from: facts.name } : { template: `{${facts.name}} {${timeOfDay.name}}` }),
    ...(unit !== undefined && { unit }),
    ...(format !== undefined && { format }),
    // Of texts that say their offset it is asked for all the same; a number and a format with an offset need none.
    ...(unit === undefined && (!isZoned || format === undefined) && { zone }),
  };
}

function timeFault(wanted: string | undefined): Problem {
  return wanted === undefined
    ? saidFault('choice', 'no column looks like the time of a hit', 'name it with --column timestamp=NAME')
    : saidFault('choice', `the values of ${wanted} are in no form of time that is known`, 'name another column');
}

/** Whether times need no zone that a person says. */
function saysZone({ facts: { type }, form }: ChosenTime, { isUtcType }: ColumnPlaces): boolean {
  return form.isZoned || (type !== null && isUtcType(type));
}

function zoneFaults({ facts }: ChosenTime, zone: string | undefined): Problem[] {
  if (zone !== undefined) return [];
  const message = `the times of ${facts.name}, such as ${facts.example}, say no time zone, and a wrong one moves every hit`;
  return [saidFault('choice', message, 'ask whoever ran the system, then say --zone Europe/Berlin, or --zone UTC')];
}

const pageCure = 'name it with --column pageURL=NAME, or what names its event with --column kind=NAME';

function lacks({ columns }: DraftHit, facts: readonly ColumnFacts[]): Problem[] {
  const lists = facts
    .filter(({ frequent }) => frequent.some((value) => /^\[\s*\{/.test(value)))
    .map(({ name }) => name);
  const inside = `; or take the rows inside of ${lists.join(' and ')} apart with a query, as migrations-examples/ga4-export does`;
  const cure = `${pageCure}${lists.length === 0 ? '' : inside}`;
  const has = (pattern: RegExp): boolean => columns.some(({ column }) => pattern.test(column));
  return [
    ...(has(/^(?:visitorID|marketingCloudVisitorID|ipaddress)$/)
      ? []
      : [saidFault('choice', 'no column looks as if it says who it was', 'name it with --column visitorID=NAME')]),
    ...(has(/^(?:pageURL|pageName|linkName)$/)
      ? []
      : [saidFault('choice', 'no column looks as if it says which page it was', cure)]),
  ];
}

function wishFaults(
  facts: readonly ColumnFacts[],
  timestamp: string | undefined,
  wished: Readonly<Record<string, string>>,
): Problem[] {
  const roles: readonly string[] = rules.map(({ role }) => role);
  const columns = [...(timestamp === undefined ? [] : [timestamp]), ...Object.values(wished)];
  return [
    ...Object.keys(wished)
      .filter((role) => !roles.includes(role))
      .map((role) => saidFault('option', `init fills no ${role}`, `one of timestamp, ${roles.join(', ')}`)),
    ...columns
      .filter((column) => facts.every(({ name }) => name !== column))
      .map((column) => saidFault('option', `there is no column ${column}`, 'correct --column')),
  ];
}

const mostListed = 40;

function listed(facts: readonly ColumnFacts[]): string {
  const names = facts.map(({ name }) => name);
  const more = names.length > mostListed ? ` and ${names.length - mostListed} more` : '';
  return `${names.slice(0, mostListed).join(', ')}${more}`;
}
