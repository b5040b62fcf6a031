import { type SqlDialect, type SqlToken, sqlTokens } from './sql-tokens.ts';

/** Something in a query that the program has to fill in or to refuse: `:name`, `${name}`, or a form of the engine's own. */
export interface QueryPlace {
  readonly kind: 'bind' | 'paste' | 'foreign';
  /** Without `:` and `${}`; for `foreign` the text as it stands. */
  readonly name: string;
  /** Offsets in the query's text, half-open. */
  readonly start: number;
  readonly end: number;
  /** A `${name}` inside a string, where pasting is refused. */
  readonly inString: boolean;
}

/** A query whose `${name}` are pasted, with its `:name` places in order; offsets are in `text`. */
export interface BoundQuery {
  readonly text: string;
  readonly places: readonly { readonly name: string; readonly start: number; readonly end: number }[];
}

/**
 * What may be pasted into a query: a name in ASCII, so that no value can change what a query does; or nothing, since
 * tables may have no prefix.
 */
export function isIdentifier(text: string): boolean {
  return /^(?:[A-Za-z_][A-Za-z0-9_]*)?$/.test(text);
}

/**
 * Every place of a query, in order. Nothing is a place in comments; in strings only `${name}` is found, and marked,
 * since nobody means it as text; in quoted names `${name}` is a place. In PostgreSQL and DuckDB the colon of a slice
 * (`tags[1:n]`) begins no place; where a place and a slice would look alike, the place is foreign.
 */
export function findPlaces(query: string, dialect: SqlDialect): QueryPlace[] {
  const places: QueryPlace[] = [];
  const brackets = openBrackets(dialect);
  let before: SqlToken | undefined;
  for (const token of sqlTokens(query, dialect)) {
    const { kind, text, start } = token;
    if (kind === 'comment') continue;
    const end = start + text.length;
    const meaning = kind === 'bind' ? brackets.colonBefore(before) : 'place';
    if (kind === 'string' || kind === 'name') {
      for (const inner of text.matchAll(/\$\{([^}]*)\}/g)) {
        const from = start + inner.index;
        const name = inner[1] ?? '';
        places.push({ kind: 'paste', name, start: from, end: from + inner[0].length, inString: kind === 'string' });
      }
    } else if (kind === 'paste') {
      places.push({ kind, name: text.slice(2, -1), start, end, inString: false });
    } else if (kind === 'engine' || meaning === 'unclear') {
      places.push({ kind: 'foreign', name: text, start, end, inString: false });
    } else if (kind === 'bind' && meaning === 'place') {
      places.push({ kind, name: text.slice(1), start, end, inString: false });
    }
    brackets.pass(token, before);
    before = token;
  }
  return places;
}

/**
 * The query up to the semicolon that ends it, so that it can stand in brackets before which a line ends. Semicolons that
 * more than comments follows stay: they are for the engine to refuse.
 */
export function withoutEnd(query: string, dialect: SqlDialect): string {
  const tokens = sqlTokens(query, dialect).filter(({ kind }) => kind !== 'comment');
  const last = tokens.findLastIndex(({ text }) => text !== ';');
  const end = tokens[last + 1];
  return end === undefined ? query : query.slice(0, end.start);
}

/** What is open at a token, as far as it decides what a colon is. */
function openBrackets(dialect: SqlDialect) {
  const open: ('round' | 'list' | 'subscript')[] = [];
  const hasSlices = dialect === 'postgres' || dialect === 'files';
  return {
    pass: ({ kind, text }: SqlToken, before: SqlToken | undefined): void => {
      if (kind !== 'sign' || !hasSlices) return;
      if (text === '(') open.push('round');
      else if (text === '[')
        open.push(isValueEnd(before) && !/^array$/i.test(before?.text ?? '') ? 'subscript' : 'list');
      else if (text === ')' || text === ']') open.pop();
    },
    /** A word may be a column, or a key word before a value. */
    colonBefore: (before: SqlToken | undefined): 'place' | 'slice' | 'unclear' => {
      if (open.at(-1) !== 'subscript') return 'place';
      if (before?.text === '[' || before?.kind === 'word') return 'unclear';
      return isValueEnd(before) ? 'slice' : 'place';
    },
  };
}

/** Whether a value may end with this token, so that an opening bracket after it is a subscript. */
function isValueEnd(token: SqlToken | undefined): boolean {
  if (token === undefined) return false;
  return token.kind === 'sign' ? token.text === ')' || token.text === ']' : true;
}

/**
 * Pastes `${name}` from `identifiers` and lists the `:name` places. For a query that `loadMapping` passed and
 * identifiers that `isIdentifier` accepts; anything else throws a `RangeError` instead of pasting it.
 */
export function bindQuery(
  query: string,
  dialect: SqlDialect,
  identifiers: Readonly<Record<string, string>>,
): BoundQuery {
  let text = '';
  let copied = 0;
  const places: { name: string; start: number; end: number }[] = [];
  for (const place of findPlaces(query, dialect)) {
    if (place.kind === 'foreign' || place.inString) continue;
    text += query.slice(copied, place.start);
    copied = place.end;
    if (place.kind === 'bind') {
      places.push({ name: place.name, start: text.length, end: text.length + place.end - place.start });
      text += query.slice(place.start, place.end);
      continue;
    }
    const value = Object.hasOwn(identifiers, place.name) ? identifiers[place.name] : undefined;
    if (value === undefined || !isIdentifier(value)) throw new RangeError(`\${${place.name}} is given no identifier`);
    text += value;
  }
  return { text: text + query.slice(copied), places };
}
