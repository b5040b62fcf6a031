import { cellsOf } from './cell-width.ts';
import { shorten } from './terminal.ts';

/** Characters shown before the place where two texts part. */
const before = 12;

/**
 * Two different texts within `width` cells each, so that what differs is seen: where the beginning that they share would
 * fill the line, most of it is left out.
 */
export function parted(one: string, other: string, width: number): [string, string] {
  if (cellsOf(one) <= width && cellsOf(other) <= width) return [shorten(one, width), shorten(other, width)];
  const [first, second] = [[...one], [...other]];
  const shared = sharedBeginning(first, second);
  const from = shared < width / 2 ? 0 : shared - before;
  const shown = (signs: readonly string[]): string =>
    shorten(from === 0 ? signs.join('') : `…${signs.slice(from).join('')}`, width);
  return [shown(first), shown(second)];
}

/** How many signs two texts have in common before they part. */
export function sharedBeginning(one: readonly string[], other: readonly string[]): number {
  let shared = 0;
  while (shared < one.length && one[shared] === other[shared]) shared += 1;
  return shared;
}
