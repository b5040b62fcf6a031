import { columnKey } from '../adobe/columns.ts';
import {
  cutEncoded,
  encodedBytes,
  queryLimit,
  queryNameOf,
  queryParameter,
  queryParameterNames,
  writtenParameters,
} from '../adobe/query-parameters.ts';
import type { ValueSpec } from '../config/mapping-schema.ts';
import type { Row } from '../domain/row.ts';
import { type Path, suggestion } from './faults.ts';
import type { Counter, RowState } from './row-state.ts';
import type { Reader } from './scope.ts';
import { compileClean, compileListTidy, compileTidy, heldToCounter, type Tidy } from './tidy.ts';
import { compileText, type ValueContext, type ValueUse } from './value.ts';

const column = 'queryString';
const use: ValueUse = { reason: `no ${column}`, column };

/**
 * Compiles `queryString: { name: value }`: each value is tidied as its column would be, fully percent-encoded, and
 * left out where it is absent; the order is the mapping's. `mapped` are the columns of the same stream: a column wins
 * over a parameter that says the same, so that the parameter would be lost; and of two parameters that say the same Adobe
 * keeps one. A list that the report suite divides is tidied member by member.
 */
export function compileParameters(
  spec: Readonly<Record<string, ValueSpec>>,
  path: Path,
  mapped: readonly string[],
  suite: SuiteOfParameters,
  context: ValueContext,
): Reader {
  const said: Said = { columns: new Set(mapped.map(columnKey)), parameters: new Map() };
  const parts = Object.entries(spec).map(([name, value]) => {
    const at = [...path, name];
    const read = compileText(value, at, use, context);
    const fitted = compileParameter(name, at, said, suite.delimiters, context);
    const isCounter = suite.counterEVars?.includes(queryParameter(name)?.column?.name ?? '') === true;
    const tidy = isCounter ? heldToCounter(fitted, `${column}.${name}`, context.state) : fitted;
    const written = `${encodeFully(name)}=`;
    return (row: Row): string => {
      const text = read(row);
      const tidied = text === '' ? '' : tidy(text);
      return tidied === '' ? '' : written + encodeFully(tidied);
    };
  });
  return (row) => {
    let query = '';
    for (const part of parts) {
      const text = part(row);
      if (text !== '') query += query === '' ? text : `&${text}`;
    }
    return query;
  };
}

/** What a report suite tells of parameters: eVars that count, and column name to the text that divides its values. */
interface SuiteOfParameters {
  readonly counterEVars?: readonly string[];
  readonly delimiters: Readonly<Record<string, string>>;
}

/** What a stream says, by what names share that Adobe takes for one (`columnKey`): its columns, and its parameters so far. */
interface Said {
  readonly columns: ReadonlySet<string>;
  readonly parameters: Map<string, string>;
}

function compileParameter(
  name: string,
  at: Path,
  said: Said,
  delimiters: SuiteOfParameters['delimiters'],
  { faults, state }: ValueContext,
): Tidy {
  const known = queryParameter(name);
  if (known === null) {
    const own = queryNameOf(name);
    const message = `Adobe knows no query parameter "${name}": it would ignore it and the data would be lost`;
    const hint =
      own === null
        ? suggestion(name, queryParameterNames(), 'map a column, or write it as context data: c.KEY')
        : `queryString calls the column ${name} "${own}"`;
    faults.error(at, 'unknown-parameter', message, hint, 'key');
  } else if (known.fault !== undefined) {
    faults.error(at, 'parameter', `"${name}" cannot stand in queryString: ${known.fault}`, 'map the column', 'key');
  } else if (known.column !== null) {
    const twin = known.column.name;
    const key = columnKey(twin);
    const first = said.parameters.get(key);
    if (said.columns.has(key)) {
      const message = `the column ${twin} wins over its parameter "${name}", which would be lost`;
      faults.error(at, 'parameter', message, 'map one of them', 'key');
    } else if (first !== undefined) {
      const message = `"${name}" is given twice (also as "${first}"): Adobe would take one of them`;
      faults.error(at, 'parameter', message, 'map one of them', 'key');
    }
    said.parameters.set(key, name);
    const own = { ...known.column, name: `${column}.${name}` };
    const divider = own.kind === 'alphanumericList' ? ',' : delimiters[twin];
    if (divider === undefined) return compileTidy(own, 'cut', state);
    const tidy = compileListTidy(own, divider, 'cut', state);
    return (text) => tidy(text.split(divider));
  }
  return compileTidy({ name: `${column}.${name}`, kind: 'text', limitBytes: queryLimit(name) }, 'cut', state);
}

/**
 * Tidies a query that the source holds as one text. What stands in brackets gets its whole name. Counted: what breaks the
 * query is percent-encoded; parameters that a file must not hold are left out, a value that would run as a dynamic variable
 * is mended, and one over its parameter's bytes is cut.
 */
export function compileWholeQuery(state: RowState): Tidy {
  const clean = compileClean(column, state);
  const gone = state.counter('left out', column, 'parameter not allowed');
  const dynamic = state.counter('mended', column, 'dynamic variable');
  const rewritten = state.counter('mended', column, 'rewritten');
  const controlled = state.counter('mended', column, 'control characters');
  const limits = queryParameterNames().flatMap((name) => queryLimit(name) ?? []);
  const cut = new Map(limits.map((bytes) => [bytes, state.counter('cut', column, `over ${bytes} bytes`)]));
  const within = (name: string, value: string): string => {
    const limit = queryLimit(name);
    if (limit === null || value.length <= limit || encodedBytes(value) <= limit) return value;
    state.bump(cut.get(limit) as Counter);
    return cutEncoded(value, limit);
  };
  return (text) => {
    const kept: string[] = [];
    for (const { name, value: written } of writtenParameters(clean(text))) {
      if (queryParameter(name)?.fault !== undefined) {
        state.bump(gone);
        continue;
      }
      const value = written ?? '';
      const still = value.replace(/^(?:D|%44)(?==|%3D)/i, (first) => (first === 'D' || first === '%44' ? 'd' : first));
      if (still !== value) state.bump(dynamic);
      const calm = still.replace(/(?:%[01][\dA-Fa-f]|%7[Ff])+/g, '%20');
      if (calm !== still) state.bump(controlled);
      const fitted = calm.replaceAll('+', '%20').replace(/%(?![0-9A-Fa-f]{2})|[^\w.~!*'()%:/?@,;$-]/gu, encodeFully);
      if (fitted !== calm) state.bump(rewritten);
      kept.push(written === null ? name : `${name}=${within(name, fitted)}`);
    }
    return kept.join('&');
  };
}

const pageParameter = /(?:^|&)(?:g|-g|pageName|gn|pageType|gt)=/;

/**
 * Takes what says the page out of the query of a link, and counts it: Adobe throws the page of a link away, and a link
 * that has nothing else is dropped (Adobe docs, BDIA column reference).
 */
export function compilePageless(state: RowState): Tidy {
  const left = state.counter('left out', column, 'link hit');
  return (query) => {
    if (query === '' || !pageParameter.test(query)) return query;
    state.bump(left);
    return query
      .split('&')
      .filter((part) => !pageParameter.test(part))
      .join('&');
  };
}

/** Percent-encodes all but letters, digits and `- . _ ~` (RFC 3986, unreserved), in UTF-8. */
function encodeFully(text: string): string {
  // Half of a surrogate pair cannot be encoded, and UTF-8 would say it so too.
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
