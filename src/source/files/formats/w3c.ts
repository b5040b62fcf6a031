import type { FileSetSpec } from '../../../config/mapping-schema.ts';
import { MigrationError } from '../../../domain/error.ts';
import { noDigest } from '../file-bytes.ts';
import type { FoundFile } from '../find-files.ts';
import type { FileReader } from './file-reader.ts';
import { type ReadLine, readLines } from './read-lines.ts';

/**
 * W3C extended log files (W3C working draft WD-logfile), as IIS and CloudFront write them. Columns are all fields that
 * any `#Fields:` of the set's files names, in the order in which they first appear; a file may change them half-way, and
 * a row has NULL in those that do not hold for it. Other lines that begin with `#` are no rows.
 *
 * `-` is NULL. Of `cs(User-Agent)` the writer's own coding is undone: `+` for a blank in files with blanks between fields
 * (IIS), percent signs, once or twice, in files with tabs (CloudFront). Other cells are as written, quotes around aside.
 */
export function w3cReader({ charset = 'utf-8' }: FileSetSpec): FileReader {
  return {
    async columns(files, signal) {
      const fields = new Set<string>();
      for (const file of files) {
        const collect: ReadLine = (text, number) => {
          if (text.startsWith('#')) for (const field of fieldsOf(text, file, number) ?? []) fields.add(field);
          return null;
        };
        // A directive may stand anywhere.
        for await (const _ of readLines(file, charset, collect, noDigest(), signal));
      }
      return [...fields];
    },
    rows: (file, columns, digest, signal) => readLines(file, charset, lineReader(file, columns), digest, signal),
  };
}

const directive = /^#\s*Fields\s*:/i;
const agent = 'cs(user-agent)';

function fieldsOf(line: string, file: FoundFile, number: number): readonly string[] | null {
  if (!directive.test(line)) return null;
  const fields = line
    .slice(line.indexOf(':') + 1)
    .split(/\s+/)
    .filter((field) => field !== '');
  const repeated = fields.find((field, at) => fields.indexOf(field) !== at);
  if (repeated === undefined) return fields;
  throw new MigrationError('input.invalid', `File ${file.name}, line ${number}: #Fields names ${repeated} twice`, {
    next: 'Correct the file: it does not say which of the two a value is.',
  });
}

function lineReader(file: FoundFile, columns: readonly string[]): ReadLine {
  /** The place of each of the file's fields among the columns; empty before the first directive. */
  let places: readonly number[] = [];
  let agentAt = -1;
  return (text, number) => {
    if (text.startsWith('#')) {
      const fields = fieldsOf(text, file, number);
      if (fields === null) return null;
      places = fields.map((field) => columns.indexOf(field));
      if (places.includes(-1)) throw changed(file);
      agentAt = fields.findIndex((field) => field.toLowerCase() === agent);
      return null;
    }
    const line = text.trimEnd();
    if (line === '') return null;
    if (places.length === 0) return 'no #Fields before it';
    const tabs = text.includes('\t');
    const cells = tabs ? text.split('\t') : line.includes('"') ? splitQuoted(line) : line.split(/ +/);
    if (cells.length !== places.length) return cells.length < places.length ? 'too few fields' : 'too many fields';
    const row = new Array<string | null>(columns.length).fill(null);
    for (let at = 0; at < cells.length; at++) {
      const cell = cells[at] ?? '';
      if (cell === '-') continue;
      row[places[at] ?? 0] = unquoted(at !== agentAt ? cell : tabs ? percentDecoded(cell) : blanksForPlus(cell));
    }
    return row;
  };
}

/** Fields divided by blanks, of which those in quotes may hold blanks, and quotes doubled. */
function splitQuoted(line: string): string[] {
  return line.match(/(?:"(?:[^"]|"")*"(?= |$)|[^ ]+)/g) ?? [];
}

function unquoted(cell: string): string {
  const inside = cell.length > 1 && cell.startsWith('"') && cell.endsWith('"');
  return inside ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}

/** IIS writes a blank as `+`, and a `+` as itself: of two, the second is one that was sent. */
function blanksForPlus(cell: string): string {
  return cell.startsWith('"') ? cell : cell.replace(/\+(\+?)/g, ' $1');
}

/** CloudFront wrote blanks as `%2520` for years, and as `%20` since. */
function percentDecoded(cell: string): string {
  try {
    const once = decodeURIComponent(cell);
    return once.includes('%20') ? decodeURIComponent(once) : once;
  } catch {
    return cell;
  }
}

function changed({ name }: FoundFile): MigrationError {
  return new MigrationError('source.changed', `File ${name} has changed since its fields were looked at`, {
    next: 'Run again once nothing writes to the file any more.',
  });
}
