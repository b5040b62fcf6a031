import { type Cell, fileColumns, type Row, wholeRow } from '../../domain/row.ts';
import { isObject, type JsonNode, parseJson, withMembersRead } from '../../mapping/json.ts';
import { writeSourceName } from '../../mapping/source-name.ts';
import { jsonMembers, keysOf } from '../json-members.ts';
import { type ColumnFacts, columnFacts } from './column-facts.ts';

/** What the program itself gives to rows of files. */
const ownColumns: ReadonlySet<string> = new Set(fileColumns);
const mostNames = 400;

/**
 * What rows show of each column, in the order of the columns; one that holds JSON objects, or lists of `{key, value}`, is
 * told member by member, under the names that a mapping has for them. `types` are those that the engine knows.
 */
export function sampledFacts(
  columns: readonly string[],
  types: ReadonlyMap<string, string>,
  rows: readonly Row[],
): ColumnFacts[] {
  return columns.flatMap((column, place) => {
    if (ownColumns.has(column)) return [];
    const cells = rows.map((row) => textOf(row[place]));
    if (!isJson(column, cells)) return [columnFacts(column, types.get(column) ?? null, cells)];
    const members = new Map<string, (string | null)[]>();
    for (const [at, cell] of cells.entries()) {
      const node = parseJson(cell ?? '');
      const found = column === wholeRow ? jsonMembers(withMembersRead(node), []) : jsonMembers(node, [column]);
      for (const [path, text] of found) {
        const name = writeSourceName(path);
        const values = members.get(name) ?? new Array<string | null>(rows.length).fill(null);
        values[at] = text === '' ? null : text;
        if (members.size < mostNames) members.set(name, values);
      }
    }
    return [...members].map(([name, values]) => columnFacts(name, null, values));
  });
}

/** Bytes count as their hexadecimal digits. */
function textOf(cell: Cell | undefined): string | null {
  if (cell === null || cell === undefined || cell === '') return null;
  return typeof cell === 'string' ? cell : Buffer.from(cell).toString('hex');
}

function isJson(column: string, cells: readonly (string | null)[]): boolean {
  if (column === wholeRow) return true;
  const filled = cells.filter((cell) => cell !== null && cell !== '[]');
  const members = filled.filter((cell) => /^\s*[[{]/.test(cell ?? '') && hasMembers(parseJson(cell ?? '')));
  return members.length > 0 && members.length * 2 >= filled.length;
}

/** Whether names lead into it: an object, or a list of `{key, value}`, as GA4's parameters are. */
function hasMembers(node: JsonNode): boolean {
  return isObject(node) || keysOf(node).length > 0;
}
