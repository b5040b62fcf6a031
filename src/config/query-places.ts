/** Something in a query that is not the engine's: `:name`, `${name}`, or a parameter in a form of the engine's own. */
export interface QueryPlace {
  readonly kind: 'bind' | 'paste' | 'foreign';
  /** Without `:` and `${}`; for `foreign` the text as it stands. */
  readonly name: string;
  /** Offsets in the query's text, half-open. */
  readonly start: number;
  readonly end: number;
  /** A `${name}` inside a string literal, where pasting is refused. */
  readonly inString: boolean;
}

/** A query whose `${name}` are pasted, with its `:name` places in order; offsets are in `text`. */
export interface BoundQuery {
  readonly text: string;
  readonly places: readonly { readonly name: string; readonly start: number; readonly end: number }[];
}

/** What may be pasted into a query: a name in ASCII, so that no value can change what a query does. */
export function isIdentifier(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}

// One token a match: line and block comments, string literals ('' doubles), quoted names in four styles, what looks like
// a place and is none (:: casts, := assignments), the places, and whole words. Unclosed ones run to the end.
const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|\[[^\]]*(?:\]|$)|::+|:=|\$\{([^}]*)\}|:([A-Za-z_]\w*)|\?\d*|[@$][A-Za-z_]\w*|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/g;

/**
 * Every place of a query, in order. Nothing is a place in comments; in string literals only `${name}` is found, and
 * marked, since nobody means it as text; in quoted names (`"…"`, `` `…` ``, `[…]`) `${name}` is a place.
 */
export function findPlaces(query: string): QueryPlace[] {
  const places: QueryPlace[] = [];
  for (const match of query.matchAll(TOKEN)) {
    const [text, pasted, bound] = match;
    const start = match.index;
    const end = start + text.length;
    if (text.startsWith('--') || text.startsWith('/*')) continue;
    if (/^['"`[]/.test(text)) {
      for (const inner of text.matchAll(/\$\{([^}]*)\}/g)) {
        const from = start + inner.index;
        const name = inner[1] ?? '';
        places.push({ kind: 'paste', name, start: from, end: from + inner[0].length, inString: text.startsWith("'") });
      }
    } else if (pasted !== undefined) {
      places.push({ kind: 'paste', name: pasted, start, end, inString: false });
    } else if (bound !== undefined) {
      places.push({ kind: 'bind', name: bound, start, end, inString: false });
    } else if (/^[?@]|^\$[A-Za-z_]/.test(text)) {
      places.push({ kind: 'foreign', name: text, start, end, inString: false });
    }
  }
  return places;
}

/**
 * Pastes `${name}` from `identifiers` and lists the `:name` places. For a query that `loadMapping` passed and
 * identifiers that `isIdentifier` accepts; anything else throws a `RangeError` instead of pasting it.
 */
export function bindQuery(query: string, identifiers: Readonly<Record<string, string>>): BoundQuery {
  let text = '';
  let copied = 0;
  const places: { name: string; start: number; end: number }[] = [];
  for (const place of findPlaces(query)) {
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
