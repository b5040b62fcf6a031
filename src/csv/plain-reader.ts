import type { CsvDialect } from './dialect.ts';
import type { CsvRows } from './parse-csv.ts';
import { type PlainBytes, plainBytes } from './plain-dialect.ts';
import { createPlainRecords, type PlainCharset, type PlainRest } from './plain-records.ts';
import { createRecordSkipper } from './skip-records.ts';
import { createRowSplitter } from './split-rows.ts';

/** The rows of a file, straight from its bytes; holds back what is not a complete row yet. */
export interface PlainReader {
  /** Takes the next bytes, which are not kept; `last` is true once, with the end of the file. Not after `rest`. */
  push(bytes: Buffer, last: boolean): readonly CsvRows[];
  /** `null` as long as the file can be read from its bytes. */
  readonly rest: PlainRest | null;
}

/** Whole records of a file as they stand in it, from physical line `line` on. The bytes may be those that were pushed. */
export interface PlainStretch {
  readonly bytes: Buffer;
  readonly line: number;
}

/** As `PlainReader`, but records that are plain are only found, for a `StretchCutter` to cut. */
export interface StretchReader {
  push(bytes: Buffer, last: boolean): readonly (PlainStretch | CsvRows)[];
  readonly rest: PlainRest | null;
}

/**
 * Reads what `createCsvParser` reads, to the same rows, lines and faults, several times as fast; `null` for a dialect or a
 * charset that is not plain.
 */
export function createPlainReader(dialect: CsvDialect, charset: string): PlainReader | null {
  const setting = plainSetting(dialect, charset);
  if (setting === null) return null;
  const splitter = createRowSplitter(setting.plain);
  let found = noRows();
  const records = createPlainRecords(setting, {
    plain: (lines, line) => splitter.split(lines, line, found.rows, found.lines),
    odd({ rows, lines, faults }) {
      for (const row of rows) found.rows.push(row);
      for (const line of lines) found.lines.push(line);
      for (const fault of faults) found.faults.push(fault);
    },
  });
  return {
    push(bytes, last) {
      found = noRows();
      records.push(bytes, last);
      return [found];
    },
    get rest() {
      return records.rest;
    },
  };
}

/** As `createPlainReader`: together, what it gives are the same rows in the same order. */
export function createStretchReader(dialect: CsvDialect, charset: string): StretchReader | null {
  const setting = plainSetting(dialect, charset);
  if (setting === null) return null;
  const skip = createRecordSkipper(setting.plain);
  let found: (PlainStretch | CsvRows)[] = [];
  const records = createPlainRecords(setting, {
    plain(lines, line) {
      const stop = skip(lines, line);
      if (stop.at > lines.start) found.push({ bytes: lines.bytes.subarray(lines.start, stop.at), line });
      return stop;
    },
    odd: (rows) => found.push(rows),
  });
  return {
    push(bytes, last) {
      found = [];
      records.push(bytes, last);
      return found;
    },
    get rest() {
      return records.rest;
    },
  };
}

/** Cuts the stretches of files of one dialect and charset: a part of the rows after the other, as they are asked for. */
export type StretchCutter = (stretch: PlainStretch) => Generator<CsvRows>;

const LINE_FEED = 0x0a;
/** Texts that were all cut at once would outlive the next collection of short-lived ones. */
const usualPartBytes = 65_536;

/** `null` for a dialect or a charset that is not plain. A part is about `partBytes` long, and longer where a record is. */
export function createStretchCutter(
  dialect: CsvDialect,
  charset: string,
  partBytes = usualPartBytes,
): StretchCutter | null {
  const setting = plainSetting(dialect, charset);
  if (setting === null) return null;
  const splitter = createRowSplitter(setting.plain);
  const isUtf8 = setting.charset === 'utf-8';
  return function* ({ bytes, line: firstLine }) {
    let line = firstLine;
    let length = partBytes;
    for (let start = 0; start < bytes.length; ) {
      const feed = bytes.indexOf(LINE_FEED, start + length);
      const end = feed === -1 ? bytes.length : feed + 1;
      const found = noRows();
      const stop = splitter.split({ bytes, start, end, isUtf8 }, line, found.rows, found.lines);
      if (stop.at === start && end < bytes.length) {
        length *= 2;
        continue;
      }
      yield found;
      if (end === bytes.length) return;
      start = stop.at;
      line = stop.line;
      length = partBytes;
    }
  };
}

function plainSetting(
  dialect: CsvDialect,
  charset: string,
): { dialect: CsvDialect; plain: PlainBytes; charset: PlainCharset } | null {
  const plain = plainBytes(dialect);
  return plain === null || (charset !== 'utf-8' && charset !== 'latin1') ? null : { dialect, plain, charset };
}

function noRows(): CsvRows {
  return { rows: [], lines: [], faults: [] };
}
