import { cellsOf, cutToCells, padCells } from './cell-width.ts';

/** Names stand in a column as wide as the longest of them, within these. */
const leastWidth = 18;
const mostWidth = 30;

/** How wide the column of names is. */
export function nameWidthOf(names: readonly string[]): number {
  return Math.min(mostWidth, Math.max(leastWidth, ...names.map(cellsOf)));
}

/** A line of a list: the name within `width` cells, a blank, the value whole. */
export function nameCell(name: string, value: string, width: number): string {
  return `${padCells(shortName(name, width), width)} ${value}`;
}

/** Long names of one source begin alike and differ at their ends: the middle goes. */
function shortName(name: string, width: number): string {
  if (cellsOf(name) <= width) return name;
  const head = cutToCells(name, Math.floor((width - 1) / 2));
  const letters = [...name];
  let tail = letters.length;
  while (cellsOf(letters.slice(tail - 1).join('')) < width - cellsOf(head)) tail -= 1;
  return `${head}…${letters.slice(tail).join('')}`;
}
