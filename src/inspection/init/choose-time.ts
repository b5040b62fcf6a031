import type { ColumnFacts } from './column-facts.ts';
import { namesOf } from './guess-roles.ts';
import { type GuessedTime, leastShare } from './time-form.ts';

/** The column that a draft takes for the time of a hit. */
export interface ChosenTime extends GuessedTime {
  readonly facts: ColumnFacts;
  /** The column that has the time of day beside dates without one; `null` where none is needed, or none is there. */
  readonly timeOfDay: ColumnFacts | null;
  readonly why: readonly string[];
  /** What speaks against it: a person has to look. */
  readonly doubts: readonly string[];
}

const hitTime =
  /^(?:(?:hit|event|server|view(?:ed)?|visit|request|page_?view|client|log)_?)?(?:time(?:stamp)?|date_?time|ts|tstamp)(?:_(?:gmt|utc|ms|s|us))?$|^(?:created|viewed|happened|occurred|visited|logged|clicked|tracked|seen|requested|hit|event)_(?:at|on|ms|time)$/;
const anyTime =
  /(?:^|_)(?:time|timestamp|ts|date|datetime|tstamp|stamp|at|when|gmt|utc|ms|epoch)(?:_|$)|(?:time|date|stamp)$/;
const otherTime =
  /updat|modif|delet|expir|birth|^first|_first|^last|_last|prev|sent|receiv|upload|load|etl|regist|sign_?up|process|import|end(?:ed)?_/;

const dayAlone =
  'no time of day, so that all hits of a day are at its midnight; with another column it is template: "{date} {time}"';

/** Whether a column's name says that it holds times. */
export function isTimeName(name: string): boolean {
  return namesOf(name).some((one) => hitTime.test(one) || anyTime.test(one));
}

/**
 * The column that is likeliest to be the time of a hit: its values are times, its name says so, an index begins with it,
 * and no name such as updated_at speaks against it. `wanted` is a column that a person names. `null` where none is.
 */
export function chooseTime(
  columns: readonly ColumnFacts[],
  indexed: readonly string[],
  wanted: string | undefined,
): ChosenTime | null {
  let best: { readonly points: number; readonly chosen: ChosenTime } | null = null;
  for (const facts of columns) {
    const { name, time } = facts;
    if (time === null || (wanted !== undefined && name !== wanted)) continue;
    const isNamed = isTimeName(name);
    // Numbers that could be times are IDs more often than not.
    if (!isNamed && time.form.unit !== undefined && wanted === undefined) continue;
    const names = namesOf(name);
    const isIndexed = indexed.includes(name);
    const points =
      (isNamed ? 1 : 0) +
      (names.some((one) => hitTime.test(one)) ? 1 : 0) +
      (isIndexed ? 2 : 0) +
      (facts.filled === facts.rows ? 1 : 0) -
      (names.some((one) => otherTime.test(one)) ? 3 : 0) -
      (time.form.window === 'date' ? 3 : 0) -
      // A member of JSON cannot be asked for a range.
      (facts.type === null && indexed.length > 0 ? 1 : 0);
    if (best !== null && points <= best.points) continue;
    const why = [
      ...(isNamed ? ['name'] : []),
      `${Math.floor(time.share * 100)} % ${time.form.says}`,
      ...(isIndexed ? ['an index begins with it'] : []),
    ];
    const doubts = time.rival === null ? [] : [`read as ${time.form.says}; ${time.rival} fits as well`];
    best = { points, chosen: { ...time, facts, timeOfDay: null, why, doubts } };
  }
  if (best === null) return null;
  const { chosen } = best;
  return chosen.form.window === 'date' ? withTimeOfDay(chosen, columns) : chosen;
}

/** W3C logs and some tables write the time of day in a column of its own. */
function withTimeOfDay(chosen: ChosenTime, columns: readonly ColumnFacts[]): ChosenTime {
  const [timeOfDay = null, ...others] = columns.filter(
    ({ name, shapes }) =>
      shapes['times of day'] >= leastShare && isTimeName(name) && !namesOf(name).some((one) => otherTime.test(one)),
  );
  if (timeOfDay === null) return { ...chosen, doubts: [...chosen.doubts, dayAlone] };
  const rivals = others.map(({ name }) => name).join(' and ');
  return {
    ...chosen,
    timeOfDay,
    why: [...chosen.why, `${timeOfDay.name} has the time of day`],
    doubts: [
      ...chosen.doubts,
      ...(rivals === '' ? [] : [`the time of day is of ${timeOfDay.name}; ${rivals} fits as well`]),
    ],
  };
}
