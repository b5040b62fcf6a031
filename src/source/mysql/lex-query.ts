/** A `:name` of a query; offsets are in the query's text, half-open. */
export interface BoundPlace {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** What a query consists of, to MySQL with an empty `sql_mode`. */
export interface LexedQuery {
  readonly places: readonly BoundPlace[];
  /** Words outside texts, quoted names and comments, in upper case and in order. */
  readonly words: readonly string[];
  /** Offset of the first `;` that ends a statement, or the query's length. */
  readonly end: number;
  /** Nothing but space, comments and semicolons follows `end`. */
  readonly isOneStatement: boolean;
  /** Such as `/*!50000 … *​/`, which is run. */
  readonly hasExecutableComment: boolean;
}

// One token a match: comments (`--` only before a space or control character), texts in both quotes (`\` escapes, doubled
// quotes), quoted names, `:=` and `::`, the places, words, `;`, and any other character that is no space.
const TOKEN =
  /--(?=[\s\u0000-\u001f]|$)[^\n]*|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|"(?:[^"\\]|""|\\[\s\S])*(?:"|$)|`(?:[^`]|``)*(?:`|$)|::+|:=|:([A-Za-z_]\w*)|([A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)|;|\S/g;

/** Lexes a query as MySQL itself does (MySQL docs, "Literal Values", "Comments"). */
export function lexQuery(query: string): LexedQuery {
  const places: BoundPlace[] = [];
  const words: string[] = [];
  let end = query.length;
  let isOneStatement = true;
  let hasExecutableComment = false;
  for (const match of query.matchAll(TOKEN)) {
    const [text, name, word] = match;
    if (/^(--[^-]|--$|#|\/\*)/.test(text)) {
      hasExecutableComment ||= /^\/\*M?!/.test(text);
      continue;
    }
    if (text === ';') {
      end = Math.min(end, match.index);
      continue;
    }
    if (match.index > end) isOneStatement = false;
    if (name !== undefined) places.push({ name, start: match.index, end: match.index + text.length });
    else if (word !== undefined) words.push(word.toUpperCase());
  }
  return { places, words, end, isOneStatement, hasExecutableComment };
}
