import type { Problem } from '../domain/problem.ts';
import type { MappingSpec } from './mapping-schema.ts';
import { hintFor, problemAt } from './problems.ts';
import { findPlaces, type QueryPlace } from './query-places.ts';
import { slicedOver } from './sliced-over.ts';
import { type SqlDialect, sqlTokens } from './sql-tokens.ts';
import type { YamlText } from './yaml-node.ts';

/** The variables that a mapping declares. */
export type VariableSpecs = NonNullable<MappingSpec['variables']>;

/** The names that a query uses, and what is wrong with how it does. */
export interface QueryFindings {
  readonly used: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/**
 * Checks the places of one query: every name declared, `${name}` for identifiers, `:name` for texts and integers, `:from`
 * and `:to` exactly where the stream has a window, and compared as they are, no parameters in the engine's own forms. An
 * `OVER (` in a windowed query is a warning, unless its rows are of one instant.
 */
export function checkQuery(
  query: YamlText,
  dialect: SqlDialect,
  windowed: boolean,
  variables: VariableSpecs,
): QueryFindings {
  const places = findPlaces(query.text, dialect);
  const problems = places.flatMap((place) => checkPlace(query, dialect, place, windowed, variables) ?? []);
  const bound = new Set(places.filter(({ kind }) => kind === 'bind').map(({ name }) => name));
  const absent = ['from', 'to'].filter((name) => windowed && !bound.has(name));
  if (absent.length > 0) {
    const message = `a query with a window must use :${absent.join(' and :')}`;
    const hint = 'such as WHERE time >= :from AND time < :to';
    problems.push(problemAt(query.at, 'query.window', message, hint));
  }
  const over = windowed ? slicedOver(query.text, dialect) : null;
  if (over !== null) {
    const message = 'OVER ( begins anew at each slice, because the query is run for a range of the window at a time';
    const hint =
      'see that no window of rows reaches over the end of a slice, or read the stream whole, without window:';
    problems.push({ ...problemAt(query.spot(over), 'query.over', message, hint), severity: 'warning' });
  }
  return { used: new Set(places.map(({ name }) => name)), problems };
}

function checkPlace(
  query: YamlText,
  dialect: SqlDialect,
  place: QueryPlace,
  windowed: boolean,
  variables: VariableSpecs,
): Problem | undefined {
  const { name } = place;
  const fault = (code: string, message: string, hint: string | null = null) =>
    problemAt(query.spot(place.start), code, message, hint);
  if (place.kind === 'foreign') return fault('query.parameter', ...foreignFault(name, dialect));
  const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (place.kind === 'paste') {
    if (place.inString)
      return fault(
        'query.paste',
        `nothing is pasted into a string: \${${name}}`,
        'bind a variable of type text, and join texts in SQL',
      );
    if (variable === undefined)
      return fault(
        'query.undeclared',
        `\${${name}} is no variable of this mapping`,
        hintFor(name, Object.keys(variables)) ?? 'declare it: variables: { … }',
      );
    if (variable.type === 'identifier') return undefined;
    return fault('query.paste', `only identifiers are pasted; "${name}" is of type ${variable.type}`, `write :${name}`);
  }
  if (name === 'from' || name === 'to') {
    if (windowed && isKept(query.text, dialect, place.start)) return undefined;
    if (windowed)
      return fault(
        'query.window',
        `:${name} has to be compared as it is: at the first and the last slice it stands for no time`,
        'such as WHERE time >= :from AND time < :to; both have the type that the window declares',
      );
    return fault(
      'query.window',
      `:${name} has no value in a stream without window`,
      'add window: { column: … }; files have none',
    );
  }
  if (variable?.type === 'identifier') {
    return fault(
      'query.bind',
      `"${name}" is an identifier, which is pasted, not bound`,
      `write \${${name}}, or declare it as text`,
    );
  }
  if (variable?.type === 'secret') {
    return fault(
      'query.bind',
      `"${name}" is a secret, which is only the salt of a hash`,
      'declare it as text, if it is none',
    );
  }
  if (variable !== undefined) return undefined;
  return fault(
    'query.undeclared',
    `:${name} is no variable of this mapping`,
    hintFor(name, Object.keys(variables)) ?? 'declare it: variables: { … }',
  );
}

/**
 * Whether the place at an offset is, brackets aside, one side of a comparison or an end of BETWEEN. In PostgreSQL open
 * ends are infinities, which stay what they are whatever is computed of them; elsewhere they are the lowest and the
 * highest number or text, of which a function such as `FROM_UNIXTIME` makes NULL.
 */
function isKept(query: string, dialect: SqlDialect, start: number): boolean {
  if (dialect === 'postgres') return true;
  const tokens = sqlTokens(query, dialect).filter(({ kind }) => kind !== 'comment');
  let first = tokens.findIndex((token) => token.start === start);
  let last = first;
  while (tokens[first - 1]?.text === '(' && tokens[last + 1]?.text === ')') {
    first--;
    last++;
  }
  const before = tokens[first - 1]?.text ?? '';
  const after = tokens[last + 1]?.text ?? '';
  const computes = /^(?:[-+*/%|&^~]|DIV|MOD)$/i;
  if (/^(?:[<=>]|BETWEEN|AND)$/i.test(before)) return !computes.test(after);
  return /^(?:[<=>!]|BETWEEN)$/i.test(after) && !computes.test(before);
}

/** What is wrong with a form of the engine's own, and what to write. */
function foreignFault(text: string, dialect: SqlDialect): [message: string, hint: string] {
  if (text.startsWith(':')) {
    return [
      `"${text}" in brackets may be a value or the end of a slice`,
      `write (${text}) for the value, or a blank after the colon of the slice`,
    ];
  }
  if (text.startsWith('/*')) return ['this comment would run as SQL', 'write its content, or a comment without "!"'];
  if (text.startsWith('@') && dialect === 'mysql') {
    return [`"${text}" would be a variable of a session, and each slice may have another one`, 'write :name'];
  }
  return [`"${text}" would be a parameter without a value`, 'write :name'];
}
