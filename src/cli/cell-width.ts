import stringWidth from 'string-width';
import { visibleControls } from './visible-controls.ts';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The cells that a text fills in a terminal: two for an emoji or a wide sign, none for marks and colour codes. */
export function cellsOf(text: string): number {
  return stringWidth(visibleControls(text, true));
}

/** As much of the beginning of a text as fills at most `most` cells; no sign is taken apart. */
export function cutToCells(text: string, most: number): string {
  if (cellsOf(text) <= most) return text;
  let cells = 0;
  let end = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    cells += cellsOf(segment);
    if (cells > most) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

/** A text with blanks behind it up to `cells`. */
export function padCells(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - cellsOf(text)));
}
