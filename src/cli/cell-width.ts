import { stripVTControlCharacters } from 'node:util';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const plain = /^[\x20-\x7e]*$/;
const emoji = /^(?:\p{Emoji_Presentation}|\p{Emoji}\u{fe0f})/u;
/** Scripts whose signs fill two cells, and the full-width forms and marks between them (Unicode, UAX 11). */
const wide =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Tangut}\u{3000}-\u{303e}\u{30fb}-\u{30fc}\u{31c0}-\u{33ff}\u{fe30}-\u{fe6f}\u{ff01}-\u{ff60}\u{ffe0}-\u{ffe6}]/u;
const halfWide = /^[\u{ff61}-\u{ffdc}]/u;
const nothing = /^[\p{Mark}\p{Control}\p{Format}\p{Surrogate}]+$/u;

/** The cells that a text fills in a terminal: two for an emoji or a wide sign, none for marks and colour codes. */
export function cellsOf(text: string): number {
  if (plain.test(text)) return text.length;
  let cells = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) cells += cellsOfSign(segment);
  return cells;
}

/** As much of the beginning of a text as fills at most `most` cells; no sign is taken apart. */
export function cutToCells(text: string, most: number): string {
  if (plain.test(text)) return text.slice(0, Math.max(0, most));
  let cells = 0;
  let end = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    cells += cellsOfSign(segment);
    if (cells > most) return text.slice(0, end);
    end = index + segment.length;
  }
  return text;
}

/** A text with blanks behind it up to `cells`. */
export function padCells(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - cellsOf(text)));
}

function cellsOfSign(sign: string): number {
  if (nothing.test(sign)) return 0;
  if (emoji.test(sign)) return 2;
  return wide.test(sign) && !halfWide.test(sign) ? 2 : 1;
}
