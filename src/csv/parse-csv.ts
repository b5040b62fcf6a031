import Papa from 'papaparse';
import { type CsvDialect, dialectFault } from './dialect.ts';
import { createEscapes } from './escapes.ts';
import { countOf, findLineEnd, type LineEnd } from './line-end.ts';
import { closingQuote } from './quotes.ts';

/** Text that should be a row and is not. `line` is where its record begins; `text` is cut to 1,000 characters. */
export interface CsvFault {
  readonly line: number;
  readonly reason: string;
  readonly text: string;
}

/** Complete rows in file order. `lines[i]` is the physical line, from 1, on which `rows[i]` begins. */
export interface CsvRows {
  readonly rows: string[][];
  readonly lines: number[];
  readonly faults: CsvFault[];
}

/** Reads one file; holds back what is not a complete row yet. */
export interface CsvParser {
  /** Takes the next text of any length; `last` is true once, with the end of the file. */
  push(text: string, last: boolean): CsvRows;
  /** The characters at the end of what was pushed that are held back for the next rows. */
  held(): number;
}

const widestWindow = 65_536;
const narrowWindow = 256;
const maxRecordChars = 16_777_216;
const shownChars = 1_000;

/**
 * Reads RFC 4180 text, and its dialects, from strings.
 *
 * - Every cell is the text as written: nothing is trimmed, typed or decoded. A byte order mark at the start is no data.
 * - A blank line is a row of one empty cell. Rows of another width than the header are rows; the caller judges them.
 * - Where the dialect has an escape, it takes the meaning from a quote, the delimiter, a line break or itself after it,
 *   inside quotes and outside; before anything else it is an ordinary character.
 * - Blanks between a closing quote and the next delimiter are passed over; a quote inside an unquoted cell is text.
 * - A record with text after a closing quote, with a quote that never closes, or longer than 16,777,216 characters is a
 *   fault. It ends with the physical line on which its quoting went wrong, and reading goes on with the next line, so
 *   that one stray quote does not swallow the rest of the file.
 * - Work grows with the text only, and what is held back is bounded by the longest record.
 *
 * Throws where `dialectFault` names a fault, and when pushed to after the last text: bugs of the caller.
 */
export function createCsvParser(dialect: CsvDialect): CsvParser {
  const unusable = dialectFault(dialect);
  if (unusable !== null) throw new Error(`CSV dialect: ${unusable.says}`);
  const { delimiter, quote, comment } = dialect;
  const escapes = createEscapes(dialect);
  let newline: LineEnd | null = dialect.newline ?? null;
  let buffer = '';
  let started = false;
  let ended = false;
  let line = 1;
  let window = widestWindow;
  let tried = 0;
  /** Inside a faulty record whose line end has not been seen. */
  let skipping = false;

  const push = (text: string, last: boolean): CsvRows => {
    if (ended) throw new Error('CSV text after the end of the file');
    const found: CsvRows = { rows: [], lines: [], faults: [] };
    buffer += escapes === null ? text : escapes.hide(text, last);
    if (!started && buffer !== '') {
      started = true;
      if (buffer.startsWith('\uFEFF')) buffer = buffer.slice(1);
    }
    // What was not enough is tried again only when it has doubled, so that small pushes do not cost its square.
    if (!last && buffer.length < 2 * tried) return found;
    newline ??= findLineEnd(buffer, quote, last);
    tried = buffer.length;
    if (newline === null) return found;
    ended = last;
    let at = 0;
    while (at < buffer.length) {
      const used = skipping ? skip(at, newline) : readWindow(at, newline, last, found);
      if (used === 0) break;
      at += used;
    }
    buffer = buffer.slice(at);
    tried = buffer.length;
    return escapes === null ? found : { ...found, rows: found.rows.map((row) => row.map(escapes.show)) };
  };

  /** The lines that end in a part of the text, those that an escape has made data among them. */
  const linesIn = (text: string, end: LineEnd, from: number, to: number): number =>
    countOf(text, end, from, to) + (escapes === null ? 0 : escapes.lineEndsIn(text.slice(from, to), end));

  /** Reads what is complete in the next window, which widens until something is; 0 where more text is needed. */
  const readWindow = (from: number, end: LineEnd, last: boolean, found: CsvRows): number => {
    for (;;) {
      const atEnd = from + window >= buffer.length;
      const input = buffer.slice(from, from + window);
      const used = readText(input, end, false, found);
      if (used > 0) {
        window = window < widestWindow ? window * 2 : widestWindow;
        return used;
      }
      if (atEnd && last) return readText(input, end, true, found);
      if (input.length >= maxRecordChars) return tooLong(input, end, found);
      if (atEnd) return 0;
      window *= 2;
    }
  };

  /** Appends the complete rows of `input` to `found` and returns the characters they took; all of it where `whole`. */
  const readText = (input: string, end: LineEnd, whole: boolean, found: CsvRows): number =>
    quote === null || !input.includes(quote)
      ? readLines(input, end, whole, found)
      : readQuoted(input, end, quote, whole, found);

  const readLines = (input: string, end: LineEnd, whole: boolean, found: CsvRows): number => {
    const parser = new Papa.Parser({ delimiter, newline: end, fastMode: true });
    const { data, meta } = parser.parse(input, 0, !whole) as Papa.ParseResult<string[]>;
    for (const row of data) {
      const start = line++;
      if (escapes !== null) for (const cell of row) line += escapes.lineEndsIn(cell, end);
      if (comment !== undefined && beginsWith(row, comment)) continue;
      const cell = row[row.length - 1];
      if (end === '\n' && cell?.endsWith('\r')) row[row.length - 1] = cell.slice(0, -1);
      found.rows.push(row);
      found.lines.push(start);
    }
    return whole ? input.length : meta.cursor;
  };

  const beginsWith = (row: string[], mark: string): boolean =>
    mark.includes(delimiter) ? row.join(delimiter).startsWith(mark) : row[0]?.startsWith(mark) === true;

  const readQuoted = (input: string, end: LineEnd, mark: string, whole: boolean, found: CsvRows): number => {
    let used = 0;
    let fault: Papa.ParseError | null = null;
    const parser = new Papa.Parser({
      delimiter,
      newline: end,
      quoteChar: mark,
      fastMode: false,
      ...(comment === undefined ? {} : { comments: comment }),
      step: ({ data, errors, meta }: { data: string[][]; errors: Papa.ParseError[]; meta: Papa.ParseMeta }) => {
        used = passComments(input, used, end);
        const row = data[0];
        fault = errors[0] ?? null;
        if (fault !== null) return parser.abort();
        if (row === undefined) return;
        if (end === '\n') dropReturn(row, input, used, meta.cursor);
        found.rows.push(row);
        found.lines.push(line);
        line += linesIn(input, end, used, meta.cursor);
        used = meta.cursor;
      },
    });
    const rest = parser.parse(input, 0, !whole) as Papa.ParseResult<string[]>;
    if (fault === null && !whole) used = passComments(input, used, end);
    // What looks wrong in the unfinished record may only be cut off by the window.
    fault ??= rest.errors.find(({ index }) => isCertain(input, end, mark, index ?? 0)) ?? null;
    if (fault !== null) return used + breakOff(input.slice(used), end, mark, (fault.index ?? 0) - used, found);
    return whole ? input.length : used;
  };

  /** Moves past whole comment lines, counting them. */
  const passComments = (input: string, from: number, end: LineEnd): number => {
    let at = from;
    while (comment !== undefined && input.startsWith(comment, at)) {
      const stop = input.indexOf(end, at);
      if (stop === -1) return at;
      line += linesIn(input, end, at, stop + end.length);
      at = stop + end.length;
    }
    return at;
  };

  /** Takes the `\r` of a `\r\n` off the last cell, unless it stood inside quotes and so is data. */
  const dropReturn = (row: string[], input: string, start: number, stop: number): void => {
    const cell = row[row.length - 1];
    if (cell === undefined || !cell.endsWith('\r')) return;
    const from = (input[stop - 1] === '\n' ? stop - 1 : stop) - cell.length;
    const bare = from === start || (from > start && input.startsWith(delimiter, from - delimiter.length));
    if (bare && input.startsWith(cell, from)) row[row.length - 1] = cell.slice(0, -1);
  };

  /** True where neither blanks nor the start of a delimiter follow the closing quote, and the whole line is there to show. */
  const isCertain = (input: string, end: LineEnd, mark: string, content: number): boolean => {
    const closing = closingQuote(input, mark, content);
    if (closing === -1) return false;
    if (input.length < widestWindow && !input.includes(end, closing)) return false;
    let next = closing + 1;
    while (next < input.length && (input[next] ?? '').trim() === '') next++;
    return input.length - next >= delimiter.length;
  };

  /** Enters the fault of the record at the start of `text`, whose bad cell has its content at `content`. */
  const breakOff = (text: string, end: LineEnd, mark: string, content: number, found: CsvRows): number => {
    const closing = closingQuote(text, mark, content);
    const stop = text.indexOf(end, closing === -1 ? content : closing);
    const reason =
      closing === -1 ? 'a quote opened here never closes' : 'text follows a closing quote before the next delimiter';
    return enterFault(text, end, stop, reason, found);
  };

  const tooLong = (input: string, end: LineEnd, found: CsvRows): number => {
    const open = quote === null ? null : openQuote(input, end, quote);
    const reason = open === null ? 'a line is' : 'a quote opened here does not close within';
    const words = `${reason} ${open === null ? 'longer than ' : ''}16,777,216 characters`;
    return enterFault(input, end, input.indexOf(end, open ?? 0), words, found);
  };

  /** Where the content of the cell begins that is open at the end of `input`; `null` where none is. */
  const openQuote = (input: string, end: LineEnd, mark: string): number | null => {
    let index: number | null = null;
    const step = ({ errors }: { errors: Papa.ParseError[] }): void => {
      index = errors.find(({ code }) => code === 'MissingQuotes')?.index ?? null;
    };
    new Papa.Parser({ delimiter, newline: end, quoteChar: mark, fastMode: false, step }).parse(input, 0, false);
    return index;
  };

  const enterFault = (text: string, end: LineEnd, stop: number, reason: string, found: CsvRows): number => {
    const length = stop === -1 ? text.length : stop + end.length;
    const shown = text.slice(0, Math.min(stop === -1 ? length : stop, shownChars));
    const bare = shown.endsWith('\r') ? shown.slice(0, -1) : shown;
    found.faults.push({ line, reason, text: escapes === null ? bare : escapes.asWritten(bare) });
    line += linesIn(text, end, 0, length);
    skipping = stop === -1;
    // Faults seldom come alone: a narrow window keeps the cost of each small.
    window = narrowWindow;
    return length;
  };

  const skip = (from: number, end: LineEnd): number => {
    const stop = buffer.indexOf(end, from);
    if (escapes !== null) line += escapes.lineEndsIn(buffer.slice(from, stop === -1 ? undefined : stop), end);
    if (stop === -1) return buffer.length - from;
    skipping = false;
    line++;
    return stop + end.length - from;
  };

  return { push, held: () => buffer.length };
}
