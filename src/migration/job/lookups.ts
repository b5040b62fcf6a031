import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
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
 * column, a key that stands twice, a line with the wrong number of fields, a file for a lookup nobody declared.
 */
export async function readLookups(
  shapes: Readonly<Record<string, LookupShape>>,
  files: Readonly<Record<string, string>>,
): Promise<Lookups> {
  const tables: Record<string, LookupTable> = {};
  const digests: Record<string, string> = {};
  const problems: Problem[] = [];
  for (const name of Object.keys(files)) {
    if (Object.hasOwn(shapes, name)) continue;
    const declared = Object.keys(shapes).join(', ');
    problems.push(
      fault(
        files[name] ?? null,
        null,
        `no lookup \`${name}\` in the mapping`,
        `declared: ${declared === '' ? 'none' : declared}`,
      ),
    );
  }
  for (const [name, shape] of Object.entries(shapes)) {
    const path = Object.hasOwn(files, name) ? files[name] : undefined;
    if (path === undefined) {
      tables[name] = new Map();
      continue;
    }
    const read = await readLookup(path, shape);
    tables[name] = read.table;
    digests[name] = read.digest;
    problems.push(...read.problems);
  }
  return { tables, digests, problems };
}

async function readLookup(
  path: string,
  shape: LookupShape,
): Promise<{ table: LookupTable; digest: string; problems: Problem[] }> {
  const table = new Map<string, Record<string, string>>();
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const problem = fault(
      path,
      null,
      `this lookup file cannot be read (${(error as NodeJS.ErrnoException).code})`,
      'give a CSV file with a header line',
    );
    return { table, digest: '', problems: [problem] };
  }
  if (!isUtf8(bytes)) {
    const problem = fault(path, null, 'this lookup file is not UTF-8', 'save it as UTF-8');
    return { table, digest: '', problems: [problem] };
  }
  const problems: Problem[] = [];
  const parsed = createCsvParser({ delimiter: ',', quote: '"' }).push(bytes.toString('utf8'), true);
  for (const { line, reason } of parsed.faults) problems.push(fault(path, line, reason, null));
  const [header = [], ...rows] = parsed.rows;
  const places = new Map(header.map((column, index) => [column.trim(), index]));
  const missing = [shape.key, ...shape.values].filter((column) => !places.has(column));
  if (missing.length > 0) {
    problems.push(
      fault(
        path,
        1,
        `no column ${missing.map((column) => `\`${column}\``).join(', ')}`,
        `the header line says: ${header.join(', ')}`,
      ),
    );
    return { table, digest: '', problems };
  }
  const keyPlace = places.get(shape.key) ?? 0;
  for (const [index, row] of rows.entries()) {
    const line = parsed.lines[index + 1] ?? null;
    const key = row[keyPlace] ?? '';
    if (row.length !== header.length) {
      problems.push(fault(path, line, `${row.length} fields, the header line has ${header.length}`, null));
    } else if (table.has(key)) {
      problems.push(fault(path, line, `the key \`${key}\` stands twice`, 'keep one line per key'));
    } else {
      table.set(key, Object.fromEntries(shape.values.map((column) => [column, row[places.get(column) ?? 0] ?? ''])));
    }
  }
  return { table, digest: createHash('sha256').update(bytes).digest('hex'), problems };
}

function fault(file: string | null, line: number | null, message: string, hint: string | null): Problem {
  return { code: 'lookup.invalid', message, file, line, column: line === null ? null : 1, hint, severity: 'error' };
}
