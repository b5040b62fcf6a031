import { maxGzBytes, maxRawBytes } from '../adobe/limits.ts';
import type { RuleId } from '../adobe/rules.ts';
import { timestampSeconds } from '../adobe/timestamp.ts';
import { type CsvRows, createCsvParser } from '../csv/parse-csv.ts';
import { count } from '../domain/count.ts';
import { createFileVisitors } from './file-visitors.ts';
import { createFindings, type Note, type RuleFindings } from './finding.ts';
import { compileVisitor, type Header, readHeader } from './header.ts';
import { compileHitLint } from './hit.ts';
import { readGzip } from './read-gzip.ts';
import { isGzip, readPlain } from './read-plain.ts';
import { compileRepeatLint } from './repeat.ts';
import { compileRowLint, type RowLint } from './row.ts';
import type { LintSuite } from './suite.ts';
import { compileTimeLint } from './time.ts';
import { createUtf8Decoder } from './utf8.ts';
import { compileValueLint, type ValueLint } from './value.ts';
import { createVisitorTable, type VisitorTable } from './visitor-table.ts';

export type { Consequence } from '../adobe/consequence.ts';
export type { Finding, RuleFindings } from './finding.ts';

/** What a file is held against beyond Adobe's rules. Sizes in bytes; absent ones are Adobe's. */
export interface LintOptions {
  readonly limits?: { readonly maxGzBytes?: number; readonly maxRawBytes?: number };
  /** The report suites that rows may name; absent: any. */
  readonly suites?: Iterable<string>;
  /** What is known of the report suite. */
  readonly suite?: LintSuite;
  /** Epoch ms that no row is after, and from which the suite's retention is counted back; absent: times are not held to it. */
  readonly now?: number;
  /** Checks single values as well, which Adobe takes without a word and reads otherwise than they are meant. */
  readonly values?: boolean;
  /** Takes a file whose name does not end in `.gz`, and that does not begin as gzip does, for the text before gzip. */
  readonly plain?: boolean;
  /** Its reason is thrown between two pieces of the file. */
  readonly signal?: AbortSignal;
  /** Remembers the IDs that count once, of this file and of those before it; absent: of this file alone. */
  readonly ids?: VisitorTable;
  /** Gets every row that names a visitor and has a time, in file order. */
  readonly hits?: HitLint;
}

/** Checks one row against rows of this and other files. `visitor` is the effective one; `seconds` Unix time. */
export type HitLint = (visitor: string, seconds: number, row: number, note: Note) => void;

/** The IDs of orders, events and transactions that are remembered at a time; with more, half of them are not followed. */
export const mostIds = 1_000_000;

/** What one file is and what Adobe would do with it. Hashes are lower-case hex, sizes bytes. */
export interface LintReport {
  readonly path: string;
  /** False for text that was not compressed: Adobe would refuse it as it is. */
  readonly gzip: boolean;
  /** No finding would reject the file or skip a row. */
  readonly ok: boolean;
  /** In the order in which the rules were first broken. */
  readonly findings: readonly RuleFindings[];
  /** As written; empty where the file has none. */
  readonly header: readonly string[];
  /** Data rows, those that Adobe would skip included. */
  readonly rows: number;
  /** The earliest and the latest time of a row, Unix seconds; `null` where no row has one. */
  readonly firstTime: number | null;
  readonly lastTime: number | null;
  readonly gzBytes: number;
  readonly gzSha256: string;
  readonly rawBytes: number;
  readonly rawSha256: string;
}

/** Whether nothing was found but what Adobe's documentation leaves open. */
export function isFaultless({ findings }: LintReport): boolean {
  return findings.every(({ consequence }) => consequence === 'unsure');
}

function behindWords(members: number): string {
  if (members > 1) return `${members} gzip members, all of which were read here`;
  return 'something that is no gzip member follows the first one, and was not read';
}

const control = /[\u0000-\u0009\u000b-\u001f\u007f]/;

/**
 * Checks one BDIA file (`.csv.gz`, or `.csv` with `plain`) as it lies on disk, reading it once with bounded memory. Where
 * Adobe does not say what it does with a fault of the file as a whole, the worst is assumed. Throws `input.not-found` or
 * `disk.failed` where the file cannot be read.
 */
export async function lintFile(path: string, options: LintOptions = {}): Promise<LintReport> {
  const { note, list } = createFindings();
  const wholeFile = (rule: RuleId, message: string): void =>
    note({ rule, row: null, column: null, value: null, message });
  const suites = options.suites === undefined ? null : new Set(options.suites);
  const { suite = {}, now } = options;
  const lintTime = options.values === true && now !== undefined ? compileTimeLint(now, suite, note) : null;
  const visitors = options.values === true ? createFileVisitors(note) : null;
  const decode = createUtf8Decoder();
  const parser = createCsvParser({ delimiter: ',', quote: '"' });
  let header: Header | null = null;
  let lintRow: RowLint | null = null;
  let lintValues: ValueLint | null = null;
  let lintHit: ValueLint | null = null;
  let lintRepeats: ValueLint | null = null;
  let readVisitor: ((cells: readonly string[]) => string) | null = null;
  let timePlace = -1;
  let rows = 0;
  let firstTime: number | null = null;
  let lastTime: number | null = null;
  let begun = false;
  let anyLineFeed = false;
  /** The header could not be read, so that rows can only be counted. */
  let headless = false;
  /** What is known of the text that the parser holds back for the next row. */
  let carried = { clean: true, valid: true };

  const takeText = (bytes: Buffer, last: boolean): void => {
    options.signal?.throwIfAborted();
    const { text, valid } = decode(bytes, last);
    if (!begun && text !== '') {
      begun = true;
      if (text.startsWith('\uFEFF')) wholeFile('byte-order-mark', 'the file begins with a byte order mark');
    }
    if (!anyLineFeed) anyLineFeed = text.includes('\n');
    const clean = !control.test(text) && !text.includes('"');
    takeRows(parser.push(text, last), clean && carried.clean, valid && carried.valid);
    const shared = parser.held() > text.length;
    carried = shared ? { clean: clean && carried.clean, valid: valid && carried.valid } : { clean, valid };
  };

  const takeRows = (found: CsvRows, clean: boolean, valid: boolean): void => {
    let fault = 0;
    for (const [index, cells] of found.rows.entries()) {
      const line = found.lines[index] ?? 0;
      while ((found.faults[fault]?.line ?? line) < line) takeFault(found, fault++);
      takeRow(cells, clean, valid);
    }
    while (fault < found.faults.length) takeFault(found, fault++);
  };

  const takeFault = (found: CsvRows, index: number): void => {
    const { reason, text } = found.faults[index] ?? { reason: '', text: '' };
    if (header === null && !headless) {
      headless = true;
      wholeFile('header', `the header is no CSV: ${reason}`);
      return;
    }
    rows++;
    note({ rule: 'csv', row: rows, column: null, value: text, message: reason });
  };

  const takeRow = (cells: readonly string[], clean: boolean, valid: boolean): void => {
    if (headless) {
      rows++;
      return;
    }
    if (cells.length === 1 && cells[0] === '' && header?.names.length !== 1) {
      wholeFile('blank-line', 'a blank line is ignored; row numbers in answers may count it');
      return;
    }
    if (header === null) {
      header = readHeader(cells, note, suite);
      lintRow = compileRowLint(header, suites, note);
      if (options.values === true) {
        lintValues = compileValueLint(header, suite, note);
        lintHit = compileHitLint(header, suite, note);
        lintRepeats = compileRepeatLint(header, options.ids ?? createVisitorTable(mostIds), note);
      }
      if (options.hits !== undefined || options.values === true) readVisitor = compileVisitor(header);
      timePlace = header.places.get('timestamp') ?? -1;
      return;
    }
    const width = header.names.length;
    rows++;
    if (!valid) lintText(cells);
    if (cells.length !== width) {
      const message = `${cells.length} cells, but the header has ${width}`;
      note({
        rule: 'column-count',
        row: rows,
        column: null,
        value: cells.join(','),
        message,
      });
      return;
    }
    lintRow?.(cells, rows, clean);
    lintValues?.(cells, rows);
    lintHit?.(cells, rows);
    lintRepeats?.(cells, rows);
    const time = timePlace === -1 ? Number.NaN : timestampSeconds(cells[timePlace] ?? '');
    if (Number.isNaN(time)) return;
    lintTime?.(time, rows, header.names[timePlace] ?? null, cells[timePlace] ?? '');
    if (firstTime === null || time < firstTime) firstTime = time;
    if (lastTime === null || time > lastTime) lastTime = time;
    if (readVisitor === null) return;
    const visitor = readVisitor(cells);
    if (visitor === '') return;
    visitors?.see(visitor, rows);
    options.hits?.(visitor, time, rows, note);
  };

  const lintText = (cells: readonly string[]): void => {
    for (const [place, value] of cells.entries()) {
      if (!value.includes('\uFFFD')) continue;
      const name = header?.names[place] ?? null;
      note({ rule: 'utf-8', row: rows, column: name, value, message: 'no valid UTF-8' });
    }
  };

  const gzip = options.plain !== true || (await isGzip(path));
  const facts = await (gzip ? readGzip : readPlain)(path, (bytes) => takeText(bytes, false));
  if (facts.fault === null) takeText(Buffer.alloc(0), true);
  const { gzBytes, gzSha256, rawBytes, rawSha256 } = facts;
  if (facts.fault !== null) wholeFile('gzip', facts.fault);
  if (facts.more) wholeFile('gzip-member', `${behindWords(facts.members)}; Adobe does not say if it reads on`);
  const most = { gz: options.limits?.maxGzBytes ?? maxGzBytes, raw: options.limits?.maxRawBytes ?? maxRawBytes };
  if (gzBytes > most.gz) wholeFile('gz-size', `${count(gzBytes)} bytes compressed; the limit is ${count(most.gz)}`);
  if (rawBytes > most.raw)
    wholeFile('raw-size', `${count(rawBytes)} bytes uncompressed; the limit is ${count(most.raw)}`);
  visitors?.end(rows);
  if (facts.fault === null && header === null && !headless) wholeFile('header', 'the file is empty');
  else if (facts.fault === null && rows > 0 && !anyLineFeed)
    wholeFile('line-end', 'lines end with CR alone: Adobe knows LF and CRLF, and may see one line without a row');
  else if (facts.fault === null && rows === 0) wholeFile('no-rows', 'the file has a header and no row');

  const findings = list();
  const ok = !findings.some(({ consequence }) => consequence === 'file rejected' || consequence === 'row skipped');
  const names = (header as Header | null)?.names ?? [];
  return { path, gzip, ok, findings, header: names, rows, firstTime, lastTime, gzBytes, gzSha256, rawBytes, rawSha256 };
}
