import type { PlainBytes } from './plain-dialect.ts';

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const ASCII_END = 0x80;

/** Whole lines of a file: `bytes` from `start` to `end`, which stands behind a line feed. */
export interface Lines {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Whether bytes over 0x7F are UTF-8; they are Latin-1 otherwise. */
  readonly isUtf8: boolean;
}

/** Where splitting stopped: at the beginning of a record. `line` is its physical line. */
export interface SplitEnd {
  readonly at: number;
  readonly line: number;
  /** Whether the record there is not plain; otherwise it is not whole, or there is none. */
  readonly isOdd: boolean;
}

/** Cuts records in the bytes of a plain dialect; keeps the width of the last row, so that most rows are made in one piece. */
export interface RowSplitter {
  /** Appends the plain records from the start on to `rows` and their first lines to `starts`. */
  split(lines: Lines, line: number, rows: string[][], starts: number[]): SplitEnd;
}

/**
 * Cells without a quote at their beginning go up to the next delimiter or line feed, less a `\r` before it; quoted ones up
 * to a quote that is not doubled, which a delimiter or a line end must follow at once. Anything else is odd.
 *
 * Bytes are looked at once and cells are cut from one Latin-1 text: a text with other characters would have two bytes for
 * each of them, in every cell.
 */
export function createRowSplitter({ delimiter, quote }: PlainBytes): RowSplitter {
  let blank: string[] = [];

  return {
    split({ bytes, start, end, isUtf8 }, firstLine, rows, starts) {
      const text = bytes.toString('latin1', start, end);
      const cut = (from: number, to: number, seen: number): string => {
        if (from === to) return '';
        if (isUtf8 && seen >= ASCII_END) return bytes.toString('utf8', from, to);
        return text.slice(from - start, to - start);
      };
      let line = firstLine;
      let record = start;
      while (record < end) {
        const row = blank.slice();
        let width = 0;
        let breaks = 1;
        let at = record;
        for (let isOpen = true; isOpen; ) {
          let seen = 0;
          let code = bytes[at]!;
          let to = at;
          if (code !== quote) {
            while (code !== delimiter && code !== LINE_FEED) {
              seen |= code;
              code = bytes[++to]!;
            }
            const isReturn = code === LINE_FEED && to > at && bytes[to - 1] === RETURN;
            row[width++] = cut(at, isReturn ? to - 1 : to, seen);
          } else {
            let isDoubled = false;
            for (to = at + 1; to < end; to++) {
              code = bytes[to]!;
              seen |= code;
              if (code === LINE_FEED) breaks++;
              if (code !== quote) continue;
              if (bytes[to + 1] !== quote) break;
              isDoubled = true;
              to++;
            }
            if (to >= end) return { at: record, line, isOdd: false };
            const cell = cut(at + 1, to, seen);
            row[width++] = isDoubled ? single(cell, quote) : cell;
            code = bytes[++to]!;
            if (code === RETURN && bytes[to + 1] === LINE_FEED) code = bytes[++to]!;
            else if (code !== delimiter && code !== LINE_FEED) return { at: record, line, isOdd: true };
          }
          at = to + 1;
          isOpen = code === delimiter;
        }
        if (width !== blank.length) {
          row.length = width;
          blank = row.map(() => '');
        }
        rows.push(row);
        starts.push(line);
        line += breaks;
        record = at;
      }
      return { at: record, line, isOdd: false };
    },
  };
}

function single(cell: string, quote: number): string {
  const mark = String.fromCharCode(quote);
  return cell.replaceAll(mark + mark, mark);
}
