import { MigrationError } from '../../domain/error.ts';
import type { StreamQuery, WindowColumn, WindowRange } from '../source.ts';
import { readWall } from '../window.ts';

const day = 86_400;
const today = '0000-00-00';
const forms: Readonly<Record<'datetime' | 'iso' | 'date', readonly string[]>> = {
  datetime: [today, `${today} 00:00`],
  iso: [today, `${today}T00:00`, `${today}T00:00Z`],
  date: [],
};

/**
 * Texts of a day or a minute where the window's type has seconds, each as a pattern whose digits are `[0-9]`; a `date` has
 * none. For engines that do not say what `:from` and `:to` are compared with.
 */
export function shortForms(type: 'datetime' | 'iso' | 'date'): readonly string[] {
  return forms[type].map((form) => form.replaceAll('0', '[0-9]'));
}

/**
 * The day or minute that a text without seconds names; of one with a `Z` all but its last second. Asked for it, a database
 * that compares the text itself gives no row with that text, since it sorts before `2015-03-01 10:24:00`, and one with a `Z`
 * behind `2015-03-01T10:24:59`. `null` where it names none of the calendar.
 */
function rangeOfShort(type: WindowColumn['type'], text: string): WindowRange | null {
  const beginning = text.replace(/Z$/, '');
  const midnight = `${today}${type === 'iso' ? 'T' : ' '}00:00:00`;
  const wall = readWall(type, beginning + midnight.slice(beginning.length));
  if (wall === null) return null;
  const seconds = beginning.length === today.length ? day : 60;
  return { from: wall, to: wall + (beginning === text ? seconds : seconds - 1) };
}

/**
 * Throws `input.invalid` where rows are found by their times and return texts without seconds: such a text sorts before a
 * cut that its row lies behind, so that the row would be counted in no slice. `text` is one of those that were returned;
 * `rowsWith` counts the rows with it in a range.
 */
export async function assertTextCompared(
  { stream }: StreamQuery,
  { column, type }: WindowColumn,
  text: string | null,
  rowsWith: (text: string, range: WindowRange) => number | Promise<number>,
): Promise<void> {
  const range = text === null ? null : rangeOfShort(type, text);
  if (text === null || range === null) return;
  const rows = await rowsWith(text, range);
  // What the query gives for any range says nothing of how it compares.
  if (rows === 0 || rows === (await rowsWith(text, { from: range.from, to: range.from }))) return;
  throw new MigrationError(
    'input.invalid',
    `Stream ${stream}: :from and :to are compared with times, but rows return ${column} as text without seconds, such as ${text}`,
    { next: `Return ${column} as the column that is compared, or as text with its seconds.` },
  );
}
