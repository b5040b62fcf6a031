import { isUtf8 } from 'node:buffer';
import type { FileSetSpec } from '../../config/mapping-schema.ts';
import { MigrationError } from '../../domain/error.ts';
import { createDecoder, showUndecoded } from './charset.ts';
import { noDigest, readBytes } from './file-bytes.ts';
import { findFiles } from './find-files.ts';
import { namedPatterns } from './formats/named-patterns.ts';

/** How files look to be written, and what about that a person should look at. */
export interface GuessedFormat {
  readonly spec: FileSetSpec;
  readonly doubts: readonly string[];
}

const headBytes = 262_144;
const mostLines = 50;
const delimiters = [',', ';', '\t', '|'] as const;
const looksLikeValue = /^$|^[-+]?\d[\d.,:T Z/+-]*$|^https?:\/\/|^\d{1,3}(?:\.\d{1,3}){3}$/;

/**
 * How the files that `patterns` (as `findFiles` takes them) match look to be written, by the beginning of the first.
 * Throws `input.not-found` where there is none, `input.invalid` where its format is none that can be read.
 */
export async function guessFileFormat(patterns: readonly string[]): Promise<GuessedFormat> {
  const [first] = await findFiles('hits', patterns);
  if (first === undefined) throw new Error('findFiles gave no file');
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of readBytes(first, noDigest())) {
    pieces.push(piece);
    length += piece.length;
    if (length >= headBytes) break;
  }
  const guessed = guessFormat(Buffer.concat(pieces));
  if (guessed !== null) return guessed;
  throw new MigrationError('input.invalid', `File ${first.name} is empty, or one JSON document`, {
    next: 'Name CSV, JSON lines (one object a line), Parquet or log files.',
  });
}

/** The same of a file's first bytes; `null` for what has no rows: nothing, or one JSON document over many lines. */
export function guessFormat(head: Buffer): GuessedFormat | null {
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return { spec: { format: 'parquet' }, doubts: [] };
  const { charset, doubts } = guessCharset(head);
  const text = showUndecoded(createDecoder(charset ?? 'utf-8', 'head').push(head, true)).replace(/^\uFEFF/, '');
  const lines = wholeLines(text);
  const [first] = lines;
  if (first === undefined) return null;
  const coded = charset === undefined ? {} : { charset };
  const guessed = (spec: FileSetSpec, ...more: readonly string[]): GuessedFormat => {
    return { spec: { ...spec, ...coded }, doubts: [...doubts, ...more] };
  };
  if (/^\s*[[{]/.test(first)) return isObject(first) ? guessed({ format: 'jsonl' }) : null;
  if (lines.some((line) => /^#\s*Fields\s*:/i.test(line))) return guessed({ format: 'w3c' });
  for (const pattern of ['combined', 'common'])
    if (new RegExp(`^${namedPatterns[pattern]?.source}$`).test(first)) return guessed({ format: 'lines', pattern });
  return guessed(...guessCsv(text, lines));
}

function guessCharset(head: Buffer): { charset?: 'utf-16' | 'utf-16le' | 'windows-1252'; doubts: string[] } {
  const mark = head.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') return { charset: 'utf-16', doubts: [] };
  if (head.subarray(0, 400).filter((byte, at) => at % 2 === 1 && byte === 0).length > 100) {
    return { charset: 'utf-16le', doubts: ['every second byte is empty: read as UTF-16'] };
  }
  // What was cut off at the end may be half a character.
  const isText = [0, 1, 2, 3].some((cut) => isUtf8(head.subarray(0, head.length - cut)));
  return isText ? { doubts: [] } : { charset: 'windows-1252', doubts: ['not UTF-8: read as windows-1252'] };
}

/** The lines that the head holds whole; a file of one line has no more. */
function wholeLines(text: string): string[] {
  const lines = text.split(/\r?\n|\r/);
  const whole = lines.length > 1 && text.length >= headBytes / 2 ? lines.slice(0, -1) : lines;
  return whole.filter((line) => line.trim() !== '').slice(0, mostLines);
}

function isObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    // A line that is longer than the head.
    return line.length >= headBytes / 2 && /^\s*\{\s*"/.test(line);
  }
}

/** The delimiter that stands most evenly in the lines, outside of quotes; escapes where they make the lines more even. */
function guessCsv(text: string, lines: readonly string[]): [FileSetSpec, ...string[]] {
  const unquoted = text.replace(/"(?:[^"]|"")*"/g, '""');
  const bare = wholeLines(unquoted);
  const best = (sign: string): number => Math.max(evenness(bare, sign), evenness(linesWithout(unquoted, sign), sign));
  const delimiter = delimiters.reduce((first, next) => (best(next) > best(first) ? next : first));
  const share = (all: readonly string[]): number => evenness(all, delimiter) / all.length;
  const escapes = share(linesWithout(unquoted, delimiter)) > share(bare);
  const doubts = best(delimiter) === 0 ? ['no delimiter was found: read as one column'] : [];
  const noQuotes = delimiter === '\t' && lines.some((line) => (line.match(/"/g)?.length ?? 0) % 2 === 1);
  const names = (lines[0] ?? '').split(delimiter).map((cell) => cell.replace(/^"(.*)"$/, '$1').trim());
  const hasHeader = new Set(names).size === names.length && !names.some((name) => looksLikeValue.test(name));
  if (!hasHeader) {
    const cure = `in a mapping of your own \`files\` names them, such as header: [id, url]`;
    doubts.push(`the first line holds no names: columns are column1, column2 …; ${cure}`);
  }
  const spec: FileSetSpec = {
    format: 'csv',
    delimiter,
    ...(noQuotes && { quote: 'none' }),
    ...(escapes && { escape: '\\' }),
    ...(!hasHeader && { header: 'false' }),
  };
  return [spec, ...doubts];
}

/** In how many lines the delimiter stands as often as in the first, times how often. */
function evenness(lines: readonly string[], delimiter: string): number {
  const width = (lines[0] ?? '').split(delimiter).length;
  return width === 1 ? 0 : lines.filter((line) => line.split(delimiter).length === width).length * width;
}

/** The lines without what a backslash takes the meaning from, as data feeds and dumps write it. */
function linesWithout(text: string, delimiter: string): string[] {
  return wholeLines(
    text.replace(/\\(\r\n|[\s\S])/g, (whole, next) => (/[\r\n\\]/.test(next) || next === delimiter ? '' : whole)),
  );
}
