import { type Row, wholeRow } from '../domain/row.ts';
import { isObject, type JsonNode, parseJson, textOfJson } from '../mapping/json.ts';
import { writeSourceName } from '../mapping/source-name.ts';

/** What is nested deeper stays JSON. */
const mostDepth = 8;

/**
 * A source row for a person: column name to text, empty ones left out, bytes as `0x…`. A row of JSON is shown member by
 * member, each under the name by which a mapping reads it; lists stay JSON.
 */
export function shownRow(columns: readonly string[], row: Row): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [place, column] of columns.entries()) {
    const text = textOf(row[place]);
    const node = column === wholeRow ? parseJson(text) : undefined;
    if (isObject(node)) Object.assign(shown, membersOf(node, []));
    else if (text !== '') shown[column] = text;
  }
  return shown;
}

function membersOf(node: JsonNode, path: readonly string[]): Record<string, string> {
  if (!isObject(node) || path.length === mostDepth) {
    const text = textOfJson(node);
    return text === '' ? {} : { [writeSourceName(path)]: text };
  }
  return Object.assign({}, ...Object.entries(node).map(([name, member]) => membersOf(member, [...path, name])));
}

function textOf(cell: Row[number] | undefined): string {
  if (cell === null || cell === undefined) return '';
  return typeof cell === 'string' ? cell : `0x${Buffer.from(cell).toString('hex')}`;
}
