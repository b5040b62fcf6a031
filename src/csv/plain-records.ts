import { isUtf8 } from 'node:buffer';
import type { CsvDialect } from './dialect.ts';
import { type CsvParser, type CsvRows, createCsvParser } from './parse-csv.ts';
import type { PlainBytes } from './plain-dialect.ts';
import { type CsvResumer, createCsvResumer } from './resume-csv.ts';
import type { Lines, SplitEnd } from './split-rows.ts';

/** Charsets in which the bytes of ASCII stand for nothing else and a text can be cut anywhere between them. */
export type PlainCharset = 'utf-8' | 'latin1';

/** Where the records of a file go, in their order. */
export interface RecordSink {
  /** Takes the plain records that `lines` begin with; the first of them is on physical line `line`. The bytes are not kept. */
  plain(lines: Lines, line: number): SplitEnd;
  /** Takes what the reference reader made of records that are not plain. */
  odd(found: CsvRows): void;
}

/** The records of a file, straight from its bytes; holds back what is not a whole record yet. */
export interface PlainRecords {
  /** Takes the next bytes, which are not kept; `last` is true once, with the end of the file. Not after `rest`. */
  push(bytes: Buffer, last: boolean): void;
  /** `null` as long as the file can be read from its bytes. */
  readonly rest: PlainRest | null;
}

/**
 * The rest of a file that must be decoded first: it is no UTF-8, its first line does not end with `\n`, or a line is very
 * long. `bytes` is what was pushed of it, from a place where a character begins; `parser` takes its text.
 */
export interface PlainRest {
  readonly bytes: Buffer;
  readonly parser: Pick<CsvParser, 'push'>;
}

/** The first line ends within these, as the reference reader looks for it. */
const sampleBytes = 65_536;
/** Longer records are for the reference reader, which knows where a quote is wrong. */
const maxHeldBytes = 1_048_576;
const LINE_FEED = 0x0a;
const mark = Buffer.from('\uFEFF');

/**
 * Finds the records that `createCsvParser` reads. One with anything odd about it is given to the reference reader, up to
 * the next line that begins a record.
 */
export function createPlainRecords(
  { dialect, plain, charset }: { dialect: CsvDialect; plain: PlainBytes; charset: PlainCharset },
  sink: RecordSink,
): PlainRecords {
  const unicode = charset === 'utf-8';
  let held: Buffer = Buffer.alloc(0);
  let line = 1;
  let isStarted = false;
  let reference: CsvResumer | null = null;
  let isOdd = false;
  let rest: PlainRest | null = null;

  /** Where the first record begins; -1 where that cannot be told yet, or is not ours to tell. */
  const begin = (bytes: Buffer, last: boolean): number => {
    if (endsFirstLine(bytes, plain)) {
      isStarted = true;
      return unicode && bytes.subarray(0, mark.length).equals(mark) ? mark.length : 0;
    }
    if (last || bytes.length >= sampleBytes) rest = { bytes, parser: createCsvParser(dialect) };
    return -1;
  };

  /** The reference reader, standing where this one does. */
  const asReference = (): CsvResumer => {
    reference ??= createCsvResumer(dialect);
    if (!isOdd) reference.at(line);
    isOdd = true;
    return reference;
  };

  /** Gives the reference reader whole lines until it holds nothing; returns where it stopped. */
  const readOdd = (bytes: Buffer, from: number, last: boolean): number => {
    const reader = asReference();
    let at = from;
    while (isOdd && at < bytes.length) {
      const feed = bytes.indexOf(LINE_FEED, at);
      if (feed === -1 && !last) return at;
      const end = feed === -1 ? bytes.length : feed + 1;
      sink.odd(reader.push(bytes.toString(charset, at, end), last && end === bytes.length));
      at = end;
      line++;
      isOdd = reader.held() > 0;
    }
    return at;
  };

  /** Reads on from a place where a character begins; returns where what must be held begins. */
  const read = (bytes: Buffer, from: number, last: boolean): number => {
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    let at = from;
    if (unicode && !isUtf8(bytes.subarray(at, last ? bytes.length : Math.max(at, end)))) {
      rest = { bytes: bytes.subarray(at), parser: asReference() };
      return bytes.length;
    }
    while (at < bytes.length) {
      let isDue = isOdd;
      if (!isOdd && at < end) {
        const stop = sink.plain({ bytes, start: at, end, isUtf8: unicode }, line);
        at = stop.at;
        line = stop.line;
        isDue = stop.isOdd;
      }
      // What is left is no whole record, or none that could be split.
      const left = bytes.length - at;
      if (left === 0 || (!isDue && !last && left < maxHeldBytes)) break;
      at = readOdd(bytes, at, last);
      if (isOdd) break;
    }
    if (last && isOdd) sink.odd(asReference().push('', true));
    if (at >= end && bytes.length - at >= maxHeldBytes) {
      rest = { bytes: bytes.subarray(at), parser: asReference() };
      return bytes.length;
    }
    return at;
  };

  return {
    push(bytes, last) {
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      const from = isStarted ? 0 : begin(all, last);
      const at = from === -1 ? 0 : read(all, from, last);
      held = rest === null && at < all.length ? Buffer.from(all.subarray(at)) : Buffer.alloc(0);
    },
    get rest() {
      return rest;
    },
  };
}

/** Whether a line feed outside quotes stands among the first bytes; a `\r` alone ends no line then. */
function endsFirstLine(bytes: Buffer, { quote }: PlainBytes): boolean {
  let isQuoted = false;
  for (let at = 0; at < bytes.length && at < sampleBytes; at++) {
    const byte = bytes[at];
    if (byte === quote) isQuoted = !isQuoted;
    else if (byte === LINE_FEED && !isQuoted) return true;
  }
  return false;
}
