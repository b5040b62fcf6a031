import { createHash } from 'node:crypto';
import { plural } from '../domain/count.ts';
import type { Row, RowFault } from '../domain/row.ts';
import type { SourceReader, StreamQuery, WindowRange } from '../source/source.ts';
import type { Verdict } from './doctor-finding.ts';

/** Rows of one reading, whatever their order: how many there are of each content. */
export interface Reading {
  readonly rows: number;
  /** Lines among them that are no row. */
  readonly faults: readonly RowFault[];
  readonly contents: ReadonlyMap<string, SameRows>;
}

/** Rows whose cells are all alike; `key` is that of the mapping. */
export interface SameRows {
  readonly key: string;
  readonly count: number;
}

const mostKeys = 3;

/**
 * Reads a range whole; `null` where it holds more than `most` rows, and then stops in its midst. `keyPlaces` are the
 * places of the key's columns.
 */
export async function readRange(
  reader: SourceReader,
  query: StreamQuery,
  range: WindowRange,
  options: { readonly most: number; readonly keyPlaces: readonly number[]; readonly signal: AbortSignal },
): Promise<Reading | null> {
  const { most, keyPlaces, signal } = options;
  const contents = new Map<string, SameRows>();
  const faults: RowFault[] = [];
  let rows = 0;
  for await (const batch of reader.read(query, range, signal)) {
    // A line that is no row counts like one: it must be there the second time too.
    faults.push(...(batch.faults ?? []));
    const noRows = (batch.faults ?? []).map(({ key, reason, text }): Row => [...key, reason, text]);
    for (const row of [...batch.rows, ...noRows]) {
      rows += 1;
      if (rows > most) return null;
      const content = contentOf(row);
      const known = contents.get(content);
      const key = known?.key ?? keyPlaces.map((place) => cellText(row[place] ?? null)).join(' / ');
      contents.set(content, { key, count: (known?.count ?? 0) + 1 });
    }
  }
  return { rows, faults, contents };
}

/** Reads the first `most` rows, in the order in which they come. */
export async function readFirst(
  reader: SourceReader,
  query: StreamQuery,
  options: { readonly most: number; readonly keyPlaces: readonly number[]; readonly signal: AbortSignal },
): Promise<Reading> {
  const { most } = options;
  const first: SourceReader = {
    read: async function* (stream, range, signal) {
      let left = most;
      for await (const batch of reader.read(stream, range, signal)) {
        const rows = batch.rows.slice(0, left);
        const faults = (batch.faults ?? []).slice(0, left - rows.length);
        yield { rows, faults };
        left -= rows.length + faults.length;
        if (left <= 0) return;
      }
    },
  };
  const reading = await readRange(first, query, { from: null, to: null }, options);
  return reading ?? { rows: 0, faults: [], contents: new Map() };
}

/** Whether two readings hold the same rows equally often, and if not, which rows differ. */
export function compareReadings(first: Reading, second: Reading): Verdict {
  const onlyFirst = surplus(first, second);
  const onlySecond = surplus(second, first);
  if (onlyFirst.length === 0 && onlySecond.length === 0)
    return { result: 'ok', found: `${plural(first.rows, 'row')} alike in two snapshots`, cure: null };
  const keys = [...new Set([...onlyFirst, ...onlySecond].map(({ key }) => key))];
  const counts =
    first.rows === second.rows
      ? ''
      : `, ${plural(first.rows, 'row')} the first time and ${plural(second.rows, 'row')} the second`;
  const shown = keys.slice(0, mostKeys).join(', ');
  const more = keys.length > mostKeys ? ` and ${keys.length - mostKeys} more` : '';
  const differ = Math.max(sumOf(onlyFirst), sumOf(onlySecond));
  return {
    result: 'fault',
    found: `of one slice read twice, ${plural(differ, 'row')} ${differ === 1 ? 'differs' : 'differ'}${counts}; key ${shown}${more}`,
    cure:
      'A slice that is built twice must come out the same. Take out of the query what changes by itself (random(), ' +
      'now(), LIMIT without a full order), and let nothing write below the end of the range.',
  };
}

function surplus(a: Reading, b: Reading): SameRows[] {
  const found: SameRows[] = [];
  for (const [content, { key, count }] of a.contents) {
    const more = count - (b.contents.get(content)?.count ?? 0);
    if (more > 0) found.push({ key, count: more });
  }
  return found;
}

function sumOf(rows: readonly SameRows[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0);
}

/** A digest of all cells; NULL, an empty text, and bytes that spell a text differ. */
function contentOf(row: Row): string {
  const hash = createHash('sha256');
  for (const cell of row) {
    const kind = cell === null ? 'n' : typeof cell === 'string' ? 't' : 'b';
    hash.update(`${kind}${cell === null ? 0 : Buffer.byteLength(cell)}:`);
    if (cell !== null) hash.update(cell);
  }
  return hash.digest('base64');
}

function cellText(cell: Row[number]): string {
  if (cell === null) return 'NULL';
  return typeof cell === 'string' ? cell : `0x${Buffer.from(cell).toString('hex')}`;
}
