import { type AdobeColumn, columnKey } from '../adobe/columns.ts';
import { queryLimit, queryNameOf, queryParameter, queryParameterNames } from '../adobe/query-parameters.ts';
import type { ValueSpec } from '../config/mapping-schema.ts';
import type { Row } from '../domain/row.ts';
import { type Path, suggestion } from './faults.ts';
import type { RowState } from './row-state.ts';
import type { Reader } from './scope.ts';
import { compileListTidy, compileTidy, heldToCounter, type Tidy } from './tidy.ts';
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
    const tidy = compileParameter(name, at, said, suite, context);
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
export interface SuiteOfParameters {
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
  suite: SuiteOfParameters,
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
    return compileAsColumn(name, known.column, suite, state);
  }
  return compileTidy({ name: `${column}.${name}`, kind: 'text', limitBytes: queryLimit(name) }, 'cut', state);
}

/** Tidies the value of a parameter as that of the column which says the same. */
export function compileAsColumn(name: string, twin: AdobeColumn, suite: SuiteOfParameters, state: RowState): Tidy {
  const own = { ...twin, name: `${column}.${name}` };
  const divider = own.kind === 'alphanumericList' ? ',' : suite.delimiters[twin.name];
  if (divider !== undefined) {
    const tidy = compileListTidy(own, divider, 'cut', state);
    return (text) => tidy(text.split(divider));
  }
  const tidy = compileTidy(own, 'cut', state);
  return suite.counterEVars?.includes(twin.name) === true ? heldToCounter(tidy, own.name, state) : tidy;
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
export function encodeFully(text: string): string {
  // Half of a surrogate pair cannot be encoded, and UTF-8 would say it so too.
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
