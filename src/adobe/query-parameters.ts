import { type AdobeColumn, column, columnNames } from './columns.ts';
import { contextColumn, contextKeyFault } from './columns-keyed.ts';

/** Parameters of the Data Insertion API that have no column (Adobe docs, Data Insertion variable reference). */
const withoutColumn: readonly string[] = [
  ...['-g', 'aamb', 'cdp', 'cl', 'cp', 'hp', 'j', 'lat', 'lon', 'lrt', 'mcorgid', 'ms_a', 'ns', 'oi', 'oid', 'oidt'],
  ...['ot', 'p', 'pev3', 'pid', 'pidt', 'sdid', 'state', 't', 'tnt', 'u', 'vmf', 'vmt', 'vvp'],
];

/** Their bytes, where Adobe says so (Adobe docs, state variable, until it was retired). */
const bytesWithoutColumn: ReadonlyMap<string, number> = new Map([['state', 50]]);

const visitor = 'it says who the visitor is, which only columns may: visitor groups are told by them';
const ours = 'Adobe and its libraries set it themselves';
const byLibraries: readonly string[] = ['AQB', 'AQE', 'ce', 'ndh', 'pccr', 'pf'];
const refused: ReadonlyMap<string, string> = new Map([
  ...['vid', 'mid', 'aid', 'fid', 'vidn'].map((name) => [name, visitor] as const),
  ...byLibraries.map((name) => [name, ours] as const),
  ...['pe', 'pev1', 'pev2'].map((name) => [name, 'links are told from pages by their columns'] as const),
  ...['events', 'ev', 'products', 'pl'].map((name) => [name, 'the column checks its grammar'] as const),
  ['ts', 'the time is written as a column'],
  ['cc', 'the column checks the code, for which the whole hit may go'],
  ['D', 'it would make code of other values'],
]);

const byName: ReadonlyMap<string, AdobeColumn> = new Map(
  columnNames().flatMap((name) => {
    const known = column(name) as AdobeColumn;
    return [known.query, ...known.queryAliases].flatMap((query) => (query === null ? [] : [[query, known] as const]));
  }),
);

/**
 * What Adobe knows of a parameter of `queryString`; names are case-sensitive there (Adobe docs, Data Insertion variable
 * reference). `column` is the column that says the same, `null` where there is none. A `fault` says why a file must
 * not hold it, in words.
 */
export type QueryParameter =
  | { readonly fault?: never; readonly column: AdobeColumn | null }
  | { readonly fault: string; readonly column?: never };

/** Looks a parameter up; `null` where Adobe knows none of that name and would ignore it. */
export function queryParameter(name: string): QueryParameter | null {
  const why = refused.get(name);
  if (why !== undefined) return { fault: why };
  const known = byName.get(name);
  if (known !== undefined) return { column: known };
  if (withoutColumn.includes(name)) return { column: null };
  if (name.startsWith('cid.')) return { fault: visitor };
  if (name.startsWith('c.')) {
    const key = name.slice('c.'.length);
    const fault = contextKeyFault(key);
    return fault === null ? { column: contextColumn(`contextData.${key}`) } : { fault };
  }
  return null;
}

/**
 * Whether a parameter says no more than Adobe's libraries say in every image request, whose whole query a file may hold
 * (Adobe docs, BDIA file format): where it begins and ends, who sent it, and that it is UTF-8.
 */
export function isLibraryParameter({ name, value }: WrittenParameter): boolean {
  return byLibraries.includes(name) && (name !== 'ce' || /^utf-?8$/i.test(value ?? ''));
}

/** One parameter of a `queryString`: its name decoded, its value as it is written, `null` where it has no `=`. */
export interface WrittenParameter {
  readonly name: string;
  readonly value: string | null;
}

/** What image requests write in brackets: context data, customer IDs, client hints. */
const opens = /^(?:c|cid|h)\.$/;
const opensInside = /^\S+\.$/;

/**
 * The parameters of a `queryString`, in order. What an image request writes between a bracket's two ends, which have no value
 * of their own, gets its whole name: `c.&page.&kind=a&.page&.c` is `c.page.kind=a` (Adobe docs, Data collection query parameters).
 */
export function writtenParameters(query: string): WrittenParameter[] {
  const parameters: WrittenParameter[] = [];
  const brackets: string[] = [];
  for (const part of query.replace(/^\?/, '').split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    if (equals === -1 && (brackets.length === 0 ? opens : opensInside).test(part)) brackets.push(part);
    else if (equals === -1 && part.startsWith('.') && brackets.includes(`${part.slice(1)}.`))
      brackets.length = brackets.lastIndexOf(`${part.slice(1)}.`);
    else {
      const name = decodedName(equals === -1 ? part : part.slice(0, equals));
      parameters.push({ name: brackets.join('') + name, value: equals === -1 ? null : part.slice(equals + 1) });
    }
  }
  return parameters;
}

/** `%76id` is `vid`; what would be no plain name once it is decoded stays as it is written. */
function decodedName(name: string): string {
  if (!name.includes('%')) return name;
  const plain = name.replace(/%([2-7][\da-f])/gi, (_code, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return /^[\w.-]+$/.test(plain) ? plain : name;
}

/**
 * Reads a parameter that has one of these names out of a `queryString`: its value as it is written; empty where there is
 * no such parameter, or none with a value.
 */
export function compileQueryValue(...names: readonly string[]): (query: string) => string {
  const pattern = new RegExp(`(?:^\\??|&)(?:${names.join('|')})=([^&]+)`);
  return (query) => (query === '' ? '' : (pattern.exec(query)?.[1] ?? ''));
}

/** Every parameter that may stand in `queryString`, those of context data excepted; for hints at the nearest name. */
export function queryParameterNames(): string[] {
  return [...byName.keys(), ...withoutColumn].filter((name) => !refused.has(name));
}

/** The parameters that a file must not hold, those with a key of their own excepted. */
export function refusedParameterNames(): string[] {
  return [...refused.keys()];
}

/** How `queryString` calls what a column of this name holds; `null` where it is no column, or one without such a name. */
export function queryNameOf(columnName: string): string | null {
  return column(columnName)?.query ?? null;
}

/** The UTF-8 bytes that Adobe keeps of a parameter's value once it is decoded; `null` where no limit is known. */
export function queryLimit(name: string): number | null {
  const limit = queryParameter(name)?.column?.limitBytes;
  return limit ?? bytesWithoutColumn.get(name) ?? null;
}

/** Whether Adobe still takes a parameter and no longer shows it: `h1` to `h5`, `state` (Adobe docs, page variables). */
export function isRetiredParameter(name: string): boolean {
  return name === 'state' || queryParameter(name)?.column?.family === 'hier';
}

/** The text of a value that is percent-encoded; one that is no UTF-8 stays as it is written. */
export function decodedValue(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** The bytes that a value has once it is decoded, of a value that is percent-encoded whole. */
export function encodedBytes(value: string): number {
  return value.includes('%') ? value.replace(/%[\dA-Fa-f]{2}/g, '.').length : value.length;
}

/** The longest beginning of a value that is percent-encoded whole, of at most `limit` decoded bytes and whole characters. */
export function cutEncoded(value: string, limit: number): string {
  const bytes = value.match(/%[\dA-Fa-f]{2}|./g) ?? [];
  if (bytes.length <= limit) return value;
  let end = limit;
  while (end > 0 && /^%[89AB]/i.test(bytes[end] ?? '')) end--;
  return bytes.slice(0, end).join('');
}

/**
 * What a parameter takes of the bytes that the context variables of a hit may have together: its key and its decoded value;
 * 0 where it is none or says nothing.
 */
export function contextBytesOf({ name, value }: WrittenParameter): number {
  if (!name.startsWith('c.') || value === null || value === '') return 0;
  return Buffer.byteLength(name) - 'c.'.length + encodedBytes(value);
}
