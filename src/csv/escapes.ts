import type { CsvDialect } from './dialect.ts';

/** Takes escapes out of a text before it is cut into cells, and puts what they stood for into the cells. */
export interface Escapes {
  /** The next text without escapes; holds back one that the text's end may have cut, unless it is the `last`. */
  hide(text: string, last: boolean): string;
  /** A cell, or the text of a fault, with what its escapes stood for. */
  show(cell: string): string;
  /** A fault's text, as it was written. */
  asWritten(text: string): string;
  /** The line ends of this kind that are hidden in a text. */
  lineEndsIn(text: string, lineEnd: string): number;
}

/** A character that Unicode keeps for internal use, before one that says what is hidden; it hides itself too. */
const mark = '\uFDD0';
const anyMark = /\uFDD0([\uFDD1-\uFDD7])/g;

/**
 * The escapes of a dialect. An escape before a quote, before the first character of the delimiter, a line break (`\r\n` is
 * one) or another escape takes its meaning away; before anything else it is an ordinary character. `null` where the
 * dialect has none.
 */
export function createEscapes({ delimiter, quote, escape: sign }: CsvDialect): Escapes | null {
  if (sign === undefined) return null;
  const hidden = ['\r\n', '\r', '\n', sign, delimiter[0] ?? '', quote ?? '', mark];
  const codes = new Map(hidden.map((text, at) => [text, mark + String.fromCharCode(0xfdd1 + at)]));
  const one = escapeRegex(sign);
  const escaped = new RegExp(`${one}(\r\n|[\r\n${hidden.slice(3, 6).map(escapeRegex).join('')}])|${mark}`, 'g');
  const cut = new RegExp(`(?:${one})+\r?$`);
  let held = '';

  return {
    hide(text, last) {
      let all = held + text;
      const tail = last ? '' : (cut.exec(all)?.[0] ?? '');
      const count = tail.endsWith('\r') ? tail.length - 1 : tail.length;
      // Of an even number, each takes the meaning of the next.
      held = count % 2 === 1 ? all.slice(all.length - tail.length + count - 1) : '';
      if (held !== '') all = all.slice(0, -held.length);
      return all.replace(escaped, (found: string, what: string | undefined) => codes.get(what ?? mark) ?? found);
    },
    show: (cell) => (cell.includes(mark) ? cell.replace(anyMark, (_, code: string) => textOf(code)) : cell),
    asWritten: (text) =>
      text
        .replace(/\uFDD0$/, '')
        .replace(anyMark, (_, code: string) => (textOf(code) === mark ? mark : sign + textOf(code))),
    lineEndsIn(text, lineEnd) {
      if (!text.includes(mark)) return 0;
      let count = 0;
      for (const [, code = ''] of text.matchAll(anyMark)) if (textOf(code).includes(lineEnd)) count++;
      return count;
    },
  };

  function textOf(code: string): string {
    return hidden[code.charCodeAt(0) - 0xfdd1] ?? '';
  }
}

function escapeRegex(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
