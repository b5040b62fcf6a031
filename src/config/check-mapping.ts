import type { Problem } from '../domain/problem.ts';
import { checkFileSets } from './check-file-sets.ts';
import { checkQuery } from './check-query.ts';
import { isZone } from './instant.ts';
import type { MappingSpec, StreamSpec } from './mapping-schema.ts';
import { hintFor, problemAt } from './problems.ts';
import { isIdentifier } from './query-places.ts';
import type { SqlDialect } from './sql-tokens.ts';
import { parseDuration } from './units.ts';
import { nodeAt, type Path, placeAt, type YamlNode } from './yaml-node.ts';

/**
 * What a mapping must have once `extends` and `defaults` are merged in: an engine, streams with rows, time and hit, a
 * window and a key that fit the engine, and variables that are declared and used. Warnings are among the problems.
 */
export function checkMapping(mapping: MappingSpec, root: YamlNode): Problem[] {
  const problems: Problem[] = [];
  const fault: Fault = (path, code, message, hint, what = 'value', severity = 'error') =>
    problems.push({ ...problemAt(placeAt(root, path, what), `mapping.${code}`, message, hint), severity });

  if (mapping.engine === undefined) {
    fault(['mapping'], 'engine', 'the mapping names no engine', 'add engine: postgres, mysql, sqlite or files', 'key');
  }
  checkFileSets(mapping.files, fault);
  const streams = Object.entries(mapping.streams ?? {});
  if (streams.length === 0) {
    fault(['streams'], 'streams', 'the mapping has no stream', 'add streams: { <name>: … }', 'key');
  }
  const used = new Set<string>();
  for (const [name, stream] of streams) {
    const path = ['streams', name];
    for (const part of ['time', 'hit'] as const) {
      if (stream[part] === undefined)
        fault(path, 'stream', `the stream "${name}" has no ${part}`, `add ${part}:`, 'key');
    }
    if (mapping.engine === 'files') checkFileStream(mapping, stream, path, fault);
    else if (mapping.engine !== undefined) checkDatabaseStream(mapping.engine, stream, path, fault);
    const query = nodeAt(root, [...path, 'query']);
    if (query?.kind === 'text') {
      // A mapping without engine is told so; SQLite knows most of the places that there are.
      const engine = mapping.engine ?? 'sqlite';
      const windowed = engine !== 'files' && stream.window !== undefined;
      const findings = checkQuery(query, engine, windowed, mapping.variables ?? {});
      problems.push(...findings.problems);
      for (const variable of findings.used) used.add(variable);
    }
  }
  for (const salt of saltsOf(mapping.streams)) used.add(salt);
  checkVariables(mapping, used, fault);
  return problems;
}

type Fault = (
  path: Path,
  code: string,
  message: string,
  hint: string,
  what?: 'key' | 'value',
  severity?: Problem['severity'],
) => void;

function checkDatabaseStream(engine: SqlDialect, stream: StreamSpec, path: Path, fault: Fault): void {
  const name = String(path[1]);
  if (stream.rows !== undefined) {
    fault([...path, 'rows'], 'stream', 'rows names files; a database stream has a query', 'write query: |', 'key');
  } else if (stream.query === undefined) {
    fault(path, 'stream', `the stream "${name}" has no query`, 'add query: |', 'key');
  }
  if (stream.key === undefined) {
    const hint = 'add key: [columns that are unique together]';
    fault(path, 'stream', `the stream "${name}" has no key, so that rows of one second have no order`, hint, 'key');
  }
  const { window } = stream;
  if (window === undefined) return;
  const at = [...path, 'window'];
  if (window.column === undefined) fault(at, 'window', 'the window names no column', 'add column:', 'key');
  if (window.type?.startsWith('timestamp') === true && engine !== 'postgres') {
    fault([...at, 'type'], 'window', `${window.type} is a type of PostgreSQL`, 'write datetime');
  } else if (window.type === 'timestamptz' && window.zone !== undefined && window.zone !== 'UTC') {
    fault([...at, 'zone'], 'window', 'a timestamptz is an instant and has no zone of its own', 'leave it out', 'key');
  } else if (window.type === 'iso' && window.zone !== undefined && window.zone !== 'UTC') {
    // No error: the zone is part of a job's identity, and one that is under way may have it beside a wide lateness.
    const hint = 'leave it out; where the texts have another clock, a lateness of its offset, such as 15h, holds them';
    const message = 'a window of type iso is compared in UTC, and its zone not read';
    fault([...at, 'zone'], 'window', message, hint, 'key', 'warning');
  }
  if (window.zone !== undefined && !isZone(window.zone)) {
    fault([...at, 'zone'], 'window', `"${window.zone}" is no time zone`, 'such as UTC or Europe/Berlin');
  }
  const sides =
    typeof window.lateness === 'object'
      ? Object.entries(window.lateness).map(([side, text]) => [[...at, 'lateness', side], text] as const)
      : [[[...at, 'lateness'], window.lateness] as const];
  for (const [place, text] of sides) {
    if (text !== undefined && parseDuration(text) === null) {
      fault(place, 'window', `"${text}" is no duration`, 'such as 0s, 90s, 2h');
    }
  }
}

function checkFileStream(mapping: MappingSpec, stream: StreamSpec, path: Path, fault: Fault): void {
  if (stream.window !== undefined) {
    fault([...path, 'window'], 'window', 'files are read once, whole, and have no window', 'leave it out', 'key');
  }
  if (stream.query !== undefined) {
    checkFileQuery(mapping, stream, path, fault);
  } else if (stream.rows === undefined) {
    fault(path, 'stream', `the stream "${String(path[1])}" names no rows`, 'add rows: <file set>, or a query', 'key');
  } else if (!Object.hasOwn(mapping.files ?? {}, stream.rows)) {
    const message = `"${stream.rows}" is no file set of this mapping`;
    fault(
      [...path, 'rows'],
      'stream',
      message,
      hintFor(stream.rows, Object.keys(mapping.files ?? {})) ?? 'declare it: files: { … }',
    );
  }
}

function checkFileQuery(mapping: MappingSpec, stream: StreamSpec, path: Path, fault: Fault): void {
  if (stream.rows !== undefined) {
    const hint = 'leave one of them out: the query names its file sets itself';
    fault([...path, 'rows'], 'stream', 'a stream has rows or a query, not both', hint, 'key');
  }
  if (Object.keys(mapping.files ?? {}).length === 0) {
    fault([...path, 'query'], 'stream', 'the mapping has no file sets to be asked', 'add files: { <name>: … }', 'key');
  }
  if (stream.key === undefined) {
    const message = `the stream "${String(path[1])}" has no key: what a query returns has no file and line`;
    fault(path, 'stream', message, 'add key: [columns that are unique together]', 'key');
  }
}

function checkVariables(mapping: MappingSpec, used: ReadonlySet<string>, fault: Fault): void {
  for (const [name, variable] of Object.entries(mapping.variables ?? {})) {
    const path = ['variables', name];
    if (name === 'from' || name === 'to') {
      fault(path, 'variable', `:${name} is the range of a slice and cannot be declared`, 'take another name', 'key');
    } else if (!used.has(name)) {
      const hint = 'use it in a query or as the salt of a hash, or leave it out';
      fault(path, 'variable', `the variable "${name}" is used nowhere`, hint, 'key');
    }
    const text = variable.default;
    if (text === undefined) continue;
    const place = [...path, 'default'];
    if (variable.type === 'secret') {
      fault(place, 'variable', 'a secret cannot have a default', 'leave it to the migration', 'key');
    } else if (variable.type === 'identifier' && !isIdentifier(text)) {
      fault(place, 'variable', `"${text}" is no identifier`, 'letters, digits and _, not beginning with a digit');
    } else if (variable.type === 'integer' && !/^-?\d+$/.test(text)) {
      fault(place, 'variable', `"${text}" is no integer`, 'write digits, or declare it as text');
    }
  }
}

/** What stands as `salt` of a `hash` transform, wherever transforms may stand. */
function saltsOf(spec: unknown): string[] {
  if (typeof spec !== 'object' || spec === null) return [];
  return Object.entries(spec).flatMap(([key, value]) => [
    ...(key === 'hash' && typeof value?.salt === 'string' ? [value.salt as string] : []),
    ...saltsOf(value),
  ]);
}
