import { type Row, wholeRow } from '../domain/row.ts';
import type { Faults, Path } from './faults.ts';
import { holdsJson, isObject, type JsonNode, parseJson, textOfJson, walkJson } from './json.ts';
import type { MemberName } from './mapper.ts';
import type { RowState } from './row-state.ts';
import { parseSourceName } from './source-name.ts';
import { createUnknownColumn } from './unknown-column.ts';

/** Reads one text of a row; the empty text is absent. Never throws. */
export type Reader = (row: Row) => string;

/** Turns the names of a mapping into readers, once. A name that means nothing is a fault and reads as absent. */
export interface Scope {
  text(name: string, path: Path): Reader;
  /** The JSON value at a name, for what is repeated inside a row. */
  node(name: string, path: Path): (row: Row) => JsonNode;
}

const absent: Reader = () => '';
const nothing = () => undefined;

/**
 * Names are columns of a row, or dotted paths into a column that holds JSON. An exact column name wins; else the longest
 * column that begins the name; else, where the source has the column `#json`, its members are the row's columns, found in
 * the same way, and those it lacks are absent. `columns` is `null` while nobody has asked the source: then every
 * well-formed name is good.
 * A value in bytes rejects its row. A JSON column is parsed once per row, and one that holds no JSON is counted; a row
 * whose `#json` holds none is rejected.
 */
export function createRowScope(source: {
  readonly columns: readonly string[] | null;
  readonly optional: readonly string[];
  /** Which files the rows stand in, where they stand in files. */
  readonly fileSet?: string | undefined;
  readonly state: RowState;
  readonly faults: Faults;
  /** Filled with the names that lead into JSON. */
  readonly memberNames?: MemberName[];
}): Scope {
  const { columns, optional, fileSet, state, faults, memberNames } = source;
  const tellUnknown = createUnknownColumn(columns ?? [], fileSet, faults);
  const cells = new Map<number, (row: Row) => JsonNode>();

  const cellReader = (index: number, name: string): Reader => {
    return (row) => {
      const cell = row[index];
      if (typeof cell === 'string') return cell;
      if (cell instanceof Uint8Array) state.reject('bytes', null, `${name}: ${cell.length} bytes`);
      return '';
    };
  };
  const jsonCell = (index: number, name: string) => {
    let cell = cells.get(index);
    if (cell === undefined) {
      const unreadable = state.counter('emptied', '', `no JSON in ${name}`);
      const say = (text: string) => (name === wholeRow ? state.reject('no JSON', null, text) : state.bump(unreadable));
      cell = cachedJson(cellReader(index, name), state, say);
      cells.set(index, cell);
    }
    return cell;
  };
  // A member of the row's own JSON that is walked into: a text, as in any other column, may hold JSON.
  const memberCells = new Map<string, (row: Row) => JsonNode>();
  const memberCell = (index: number, member: string) => {
    let cell = memberCells.get(member);
    if (cell === undefined) {
      const valueIn = (row: Row): JsonNode => walkJson(jsonCell(index, wholeRow)(row), [member]);
      const unreadable = state.counter('emptied', '', `no JSON in ${member}`);
      const textOf: Reader = (row) => valueIn(row) as string;
      const parsed = cachedJson(textOf, state, () => state.bump(unreadable));
      cell = (row) => {
        const value = valueIn(row);
        return holdsJson(value) ? parsed(row) : value;
      };
      memberCells.set(member, cell);
    }
    return cell;
  };
  // The longest member of the row's own JSON that begins a name, and the way on from it, row by row.
  const memberNode = (index: number, parts: readonly string[], isNode: boolean): ((row: Row) => JsonNode) => {
    const whole = jsonCell(index, wholeRow);
    const ways = parts
      .map((_, at) => ({ member: parts.slice(0, at + 1).join('.'), rest: parts.slice(at + 1) }))
      .map(({ member, rest }) => ({ member, rest, cell: memberCell(index, member) }))
      .reverse();
    return (row) => {
      const node = whole(row);
      if (!isObject(node)) return undefined;
      for (const { member, rest, cell } of ways) {
        if (!Object.hasOwn(node, member)) continue;
        if (rest.length > 0) return walkJson(cell(row), rest);
        return isNode ? cell(row) : node[member];
      }
      return undefined;
    };
  };
  // The column a name begins with, and the parts that lead on into its JSON; `null` is the row's own, whose members they name.
  const find = (name: string, path: Path): { index: number; column: string | null; rest: readonly string[] } | null => {
    const parts = parseSourceName(name);
    if (columns === null) {
      if (parts === null) malformed(name, path);
      return null;
    }
    const exact = columns.indexOf(name);
    if (exact !== -1) return { index: exact, column: name, rest: [] };
    if (parts === null) {
      if (!optional.includes(name)) malformed(name, path);
      return null;
    }
    for (let length = parts.length; length > 0; length -= 1) {
      const column = parts.slice(0, length).join('.');
      const index = columns.indexOf(column);
      if (index !== -1) return { index, column, rest: parts.slice(length) };
    }
    // A member of the row's own JSON is there or not row by row, whatever the mapping says of columns.
    const whole = columns.indexOf(wholeRow);
    if (whole !== -1 && parts[0]?.startsWith('#') === false) return { index: whole, column: null, rest: parts };
    if (!isOptional(name, parts)) tellUnknown(name, path);
    return null;
  };
  const isOptional = (name: string, parts: readonly string[]): boolean =>
    optional.includes(name) || parts.some((_, at) => optional.includes(parts.slice(0, at + 1).join('.')));
  const malformed = (name: string, path: Path) => {
    faults.error(path, 'source-name', `"${name}" is no source column's name`, howNamed);
  };

  const note = (name: string, path: Path, node: (row: Row) => JsonNode) => {
    if (isOptional(name, parseSourceName(name) ?? [])) return;
    memberNames?.push({ name, path, isIn: (row) => textOfJson(node(row)) !== '' });
  };

  return {
    text(name, path) {
      const found = find(name, path);
      if (found === null) return absent;
      const { index, column, rest } = found;
      if (column !== null && rest.length === 0) return cellReader(index, column);
      const node = column === null ? memberNode(index, rest, false) : memberOf(jsonCell(index, column), rest);
      note(name, path, node);
      return (row) => textOfJson(node(row));
    },
    node(name, path) {
      const found = find(name, path);
      if (found === null) return nothing;
      const { index, column, rest } = found;
      if (column !== null && rest.length === 0) return jsonCell(index, column);
      const node = column === null ? memberNode(index, rest, true) : memberOf(jsonCell(index, column), rest);
      note(name, path, node);
      return node;
    },
  };
}

function memberOf(cell: (row: Row) => JsonNode, parts: readonly string[]): (row: Row) => JsonNode {
  return (row) => walkJson(cell(row), parts);
}

const howNamed = 'parts are divided by dots; odd ones are quoted: properties."[App] Page URL"';

/** Names are members of `item.current`, whatever the row: for what is repeated inside one JSON column. */
export function createItemScope(item: { current: JsonNode }, faults: Faults): Scope {
  const partsOf = (name: string, path: Path): readonly string[] | null => {
    const parts = parseSourceName(name);
    if (parts === null) faults.error(path, 'source-name', `"${name}" is no name of an item's member`, howNamed);
    return parts;
  };
  return {
    text(name, path) {
      const parts = partsOf(name, path);
      return parts === null ? absent : () => textOfJson(walkJson(item.current, parts));
    },
    node(name, path) {
      const parts = partsOf(name, path);
      return parts === null ? nothing : () => walkJson(item.current, parts);
    },
  };
}

function cachedJson(read: Reader, state: RowState, unreadable: (text: string) => void): (row: Row) => JsonNode {
  let lastText = '';
  let lastNode: JsonNode;
  let saidIn = 0;
  return (row) => {
    const text = read(row);
    if (text === '') return undefined;
    if (text !== lastText) {
      lastNode = parseJson(text);
      lastText = text;
    }
    if (lastNode === undefined && saidIn !== state.row) {
      saidIn = state.row;
      unreadable(text);
    }
    return lastNode;
  };
}
