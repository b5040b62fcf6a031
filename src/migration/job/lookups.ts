import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { hintFor } from '../../config/problems.ts';
import { readBytes } from '../../config/read-bytes.ts';
import type { Place } from '../../config/yaml-node.ts';
import { createCsvParser } from '../../csv/parse-csv.ts';
import type { Problem } from '../../domain/problem.ts';

/** A lookup as the mapping declares it. */
export interface LookupShape {
  readonly key: string;
  readonly values: readonly string[];
}

/** Key → value column → value. */
export type LookupTable = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Lookup files as read: what mappers ask, and a digest per lookup for the fingerprint. */
export interface Lookups {
  readonly tables: Readonly<Record<string, LookupTable>>;
  readonly digests: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

/**
 * Reads the lookup files that a migration gives for the lookups its mapping declares; one that is not given is empty.
 * A file is CSV with a header line that names the key and each value column. All faults at once: a missing file or
 * column, a key that stands twice, a line with the wrong number of fields, a file for a lookup nobody declared. What has no
 * line of its own stands where the migration names the file, which `locate` tells. Throws `disk.failed`.
 */
export async function readLookups(
  shapes: Readonly<Record<string, LookupShape>>,
  files: Readonly<Record<string, string>>,
  locate: (name: string) => Place,
): Promise<Lookups> {
  const tables: Record<string, LookupTable> = {};
  const digests: Record<string, string> = {};
  const problems: Problem[] = [];
  for (const name of Object.keys(files)) {
    if (Object.hasOwn(shapes, name)) continue;
    const hint = hintFor(name, Object.keys(shapes)) ?? 'leave it out';
    problems.push(fault(locate(name), `the mapping has no lookup \`${name}\``, hint));
  }
  for (const [name, shape] of Object.entries(shapes)) {
    const path = Object.hasOwn(files, name) ? files[name] : undefined;
    if (path === undefined) {
      tables[name] = new Map();
      continue;
    }
    const read = await readLookup(path, shape, { name, at: locate(name) });
    tables[name] = read.table;
    digests[name] = read.digest;
    problems.push(...read.problems);
  }
  return { tables, digests, problems };
}

async function readLookup(
  path: string,
  shape: LookupShape,
  lookup: { readonly name: string; readonly at: Place },
): Promise<{ table: LookupTable; digest: string; problems: Problem[] }> {
  const table = new Map<string, Record<string, string>>();
  const bytes = await readBytes(path);
  if (typeof bytes === 'string') {
    const message = `the file of the lookup \`${lookup.name}\` cannot be read (${bytes})`;
    const problem = fault(
      lookup.at,
      message,
      'give a CSV file with a header line; its path begins at the folder of this file',
    );
    return { table, digest: '', problems: [problem] };
  }
  if (!isUtf8(bytes)) {
    const problem = fault(lookup.at, `the file of the lookup \`${lookup.name}\` is not UTF-8`, 'save it as UTF-8');
    return { table, digest: '', problems: [problem] };
  }
  const problems: Problem[] = [];
  const inFile = (line: number): Place => ({ file: path, line, column: 1 });
  const parsed = createCsvParser({ delimiter: ',', quote: '"' }).push(bytes.toString('utf8'), true);
  for (const { line, reason } of parsed.faults) problems.push(fault(inFile(line), reason, quoting));
  const [header = [], ...rows] = parsed.rows;
  const places = new Map(header.map((column, index) => [column.trim(), index]));
  const missing = [shape.key, ...shape.values].filter((column) => !places.has(column));
  if (missing.length > 0) {
    problems.push(
      fault(
        inFile(1),
        `no column ${missing.map((column) => `\`${column}\``).join(', ')}`,
        `the header line says: ${header.join(', ')}`,
      ),
    );
    return { table, digest: '', problems };
  }
  const keyPlace = places.get(shape.key) ?? 0;
  for (const [index, row] of rows.entries()) {
    const line = parsed.lines[index + 1] ?? 1;
    const key = row[keyPlace] ?? '';
    if (row.length !== header.length) {
      problems.push(fault(inFile(line), `${row.length} fields, the header line has ${header.length}`, quoting));
    } else if (table.has(key)) {
      problems.push(fault(inFile(line), `the key \`${key}\` stands twice`, 'keep one line per key'));
    } else {
      table.set(key, Object.fromEntries(shape.values.map((column) => [column, row[places.get(column) ?? 0] ?? ''])));
    }
  }
  return { table, digest: createHash('sha256').update(bytes).digest('hex'), problems };
}

/** The cure of a line that does not fall into the fields that were meant. */
const quoting = 'put a field with a comma, a quote or a line break in quotes, and write a quote in it twice';

function fault(place: Place, message: string, hint: string): Problem {
  return { code: 'lookup.invalid', message, ...place, hint, severity: 'error' };
}
