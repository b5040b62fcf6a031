import { cellsOf } from './cell-width.ts';

/** Narrower, nobody can read it. */
const leastRoom = 40;

/** `text` behind `mark` in lines of `width` cells; its further lines stand below it, not below the mark. */
export function hanging(mark: string, text: string, width: number): string[] {
  const indent = cellsOf(mark);
  return wrap(text, Math.max(leastRoom, width - indent)).map(
    (line, at) => `${at === 0 ? mark : ' '.repeat(indent)}${line}`,
  );
}

/** `text` in lines of at most `width` cells, broken at blanks; a longer word stays whole on a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && cellsOf(longer) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
