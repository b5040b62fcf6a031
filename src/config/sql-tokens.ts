/** Whose SQL a query is written in: the engines of a mapping, `files` being DuckDB's. */
export type SqlDialect = 'postgres' | 'mysql' | 'sqlite' | 'files';

/**
 * One token of a query. What matters for places only: a `name` is quoted, a `word` is not, an `engine` token is a
 * parameter, a variable or a comment that runs, in the dialect's own form. Blanks are no tokens.
 */
export interface SqlToken {
  readonly kind: 'comment' | 'string' | 'name' | 'word' | 'number' | 'bind' | 'paste' | 'engine' | 'sign';
  readonly text: string;
  /** Offset in the query. */
  readonly start: number;
}

/**
 * The tokens of a query, in order. Whatever is unclosed runs to the end. Read as the engines read it where their sessions
 * are as this program sets them: standard_conforming_strings on in PostgreSQL, neither ANSI_QUOTES nor
 * NO_BACKSLASH_ESCAPES in MySQL's sql_mode.
 */
export function sqlTokens(query: string, dialect: SqlDialect): SqlToken[] {
  const tokens: SqlToken[] = [];
  const pattern = new RegExp(patterns[dialect], 'g');
  for (let match = pattern.exec(query); match !== null; match = pattern.exec(query)) {
    const start = match.index;
    const [kind] = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined) ?? ['sign' as const];
    const end = nestingEnd(query, start, match[0], dialect);
    pattern.lastIndex = end;
    tokens.push({ kind: kind as SqlToken['kind'], text: query.slice(start, end), start });
  }
  return tokens;
}

/** The end of a token: where it matched, but PostgreSQL's and DuckDB's block comments may hold others. */
function nestingEnd(query: string, start: number, text: string, dialect: SqlDialect): number {
  if (!text.startsWith('/*') || dialect === 'mysql' || dialect === 'sqlite') return start + text.length;
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start + 2;
  for (let depth = 1; depth > 0; ) {
    const found = edge.exec(query);
    if (found === null) return query.length;
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return query.length;
}

const plainWord = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/;
const lineComment = /--[^\n]*/;
const quotedName = /"(?:[^"]|"")*(?:"|$)/;

/** PostgreSQL's texts: an `E'…'` goes on in its own way over a line break and another quote; `$tag$` ends at its like. */
const postgresString = new RegExp(
  [
    /[eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|\\?$)(?:[ \t\r\f\v]*(?:--[^\n]*)?\n(?:\s|--[^\n]*\n)*'(?:[^'\\]|''|\\[\s\S])*(?:'|\\?$))*/,
    /'(?:[^']|'')*(?:'|$)/,
    /\$(?<tag>(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[\s\S]*?(?:\$\k<tag>\$|$)/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

/** A kind of token to how it looks; of several that match at one place the first wins. */
type Looks = Readonly<Record<'string' | 'engine' | 'comment' | 'name' | 'word' | 'sign', RegExp>>;

const patterns: Readonly<Record<SqlDialect, RegExp>> = {
  // MySQL Reference Manual, Comments: `--` needs a blank after it, `/*!` runs (in MariaDB `/*M!` too). String Literals:
  // `\` escapes, `"` quotes texts. User-Defined Variables: `@` before a name in any quotes; `@@` is the system's.
  mysql: anyOf({
    string: /'(?:[^'\\]|''|\\[\s\S])*(?:'|\\?$)|"(?:[^"\\]|""|\\[\s\S])*(?:"|\\?$)/,
    engine: /\/\*M?![\s\S]*?(?:\*\/|$)|@@?(?:[\w.$]+|`[^`]*(?:`|$)|'[^']*(?:'|$)|"[^"]*(?:"|$))?|\?/,
    comment: /--(?=[ \t\n\v\f\r]|$)[^\n]*|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/,
    name: /`(?:[^`]|``)*(?:`|$)/,
    word: /[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/,
    sign: /:=/,
  }),
  // PostgreSQL documentation, Lexical Structure: `?`, `@` and `#` are operators, `$1` is a parameter.
  postgres: anyOf({
    string: postgresString,
    engine: /\$\d+/,
    comment: new RegExp(`${lineComment.source}|/\\*`),
    name: quotedName,
    word: plainWord,
    sign: /::|:=/,
  }),
  // DuckDB's parser is PostgreSQL's, with more forms of parameters (DuckDB documentation, Prepared Statements).
  files: anyOf({
    string: postgresString,
    engine: /\$\w+|\?\d*/,
    comment: new RegExp(`${lineComment.source}|/\\*`),
    name: quotedName,
    word: plainWord,
    sign: /::|:=/,
  }),
  // SQLite documentation, Expressions (parameters in five forms) and Keywords (names in four styles).
  sqlite: anyOf({
    string: /'(?:[^']|'')*(?:'|$)/,
    engine: /\?\d*|[@$][A-Za-z_]\w*/,
    comment: new RegExp(`${lineComment.source}|/\\*[\\s\\S]*?(?:\\*/|$)`),
    name: new RegExp(`${quotedName.source}|\`(?:[^\`]|\`\`)*(?:\`|$)|\\[[^\\]]*(?:\\]|$)`),
    word: plainWord,
    sign: /::|:=/,
  }),
};

function anyOf({ sign, ...looks }: Looks): RegExp {
  const kinds = { paste: /\$\{[^}]*\}/, ...looks, number: /\.?\d[\w.]*/ };
  const named = Object.entries(kinds).map(([kind, { source }]) => `(?<${kind}>${source})`);
  return new RegExp([...named, sign.source, '(?<bind>:[A-Za-z_]\\w*)', '[^\\s]'].join('|'));
}
