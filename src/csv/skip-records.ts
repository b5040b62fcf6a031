import type { PlainBytes } from './plain-dialect.ts';
import type { Lines, SplitEnd } from './split-rows.ts';

const LINE_FEED = 0x0a;
const RETURN = 0x0d;

/** Finds where plain records end, without cutting them: stops exactly where `RowSplitter.split` does. */
export function createRecordSkipper({ delimiter, quote }: PlainBytes): (lines: Lines, line: number) => SplitEnd {
  return ({ bytes, start, end }, firstLine) => {
    let line = firstLine;
    let record = start;
    while (record < end) {
      let breaks = 1;
      let at = record;
      for (let isOpen = true; isOpen; ) {
        let code = bytes[at]!;
        if (code !== quote) {
          while (code !== delimiter && code !== LINE_FEED) code = bytes[++at]!;
        } else {
          for (at++; at < end; at++) {
            code = bytes[at]!;
            if (code === LINE_FEED) breaks++;
            if (code !== quote) continue;
            if (bytes[at + 1] !== quote) break;
            at++;
          }
          if (at >= end) return { at: record, line, isOdd: false };
          code = bytes[++at]!;
          if (code === RETURN && bytes[at + 1] === LINE_FEED) code = bytes[++at]!;
          else if (code !== delimiter && code !== LINE_FEED) return { at: record, line, isOdd: true };
        }
        at++;
        isOpen = code === delimiter;
      }
      line += breaks;
      record = at;
    }
    return { at: record, line, isOdd: false };
  };
}
