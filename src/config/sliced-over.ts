import { type SqlDialect, type SqlToken, sqlTokens } from './sql-tokens.ts';

/**
 * The offset of the first `OVER (` of a windowed query that may begin anew at each slice; `null` where none does. One that
 * is partitioned by what the query compares with `:from` does not: rows of one instant are in one slice.
 */
export function slicedOver(query: string, dialect: SqlDialect): number | null {
  const tokens = sqlTokens(query, dialect).filter(({ kind }) => kind !== 'comment');
  const compared = comparedWithFrom(tokens);
  const found = tokens.findIndex(
    (token, at) =>
      isWord(token, 'OVER') &&
      tokens[at + 1]?.text === '(' &&
      !partitionOf(tokens.slice(at + 2)).some((name) => compared.has(name)),
  );
  return tokens[found]?.start ?? null;
}

/** The columns, as they are written, that stand before `>= :from`. */
function comparedWithFrom(tokens: readonly SqlToken[]): ReadonlySet<string> {
  const ends = tokens.flatMap(({ text }, at) =>
    text === ':from' && tokens[at - 1]?.text === '=' && tokens[at - 2]?.text === '>' ? [at - 2] : [],
  );
  return new Set(
    ends.map((end) => {
      let first = end;
      while (isPartOfName(tokens[first - 1])) first--;
      return nameOf(tokens.slice(first, end));
    }),
  );
}

/** What `PARTITION BY` lists, behind the bracket of an `OVER (`; an entry that is no bare column equals none. */
function partitionOf(tokens: readonly SqlToken[]): string[] {
  if (!isWord(tokens[0], 'PARTITION') || !isWord(tokens[1], 'BY')) return [];
  const entries: SqlToken[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(2)) {
    if (token.text === '(') depth++;
    if (token.text === ')') depth--;
    if (depth < 0 || (depth === 0 && /^(?:ORDER|ROWS|RANGE|GROUPS)$/i.test(token.text))) break;
    if (depth === 0 && token.text === ',') entries.push([]);
    else entries.at(-1)?.push(token);
  }
  return entries.filter((entry) => entry.length > 0 && entry.every(isPartOfName)).map(nameOf);
}

function isPartOfName(token: SqlToken | undefined): boolean {
  if (token === undefined) return false;
  const isKeyword = /^(?:WHERE|AND|OR|NOT|ON|WHEN|HAVING)$/i.test(token.text);
  return token.text === '.' || token.kind === 'name' || (token.kind === 'word' && !isKeyword);
}

function nameOf(tokens: readonly SqlToken[]): string {
  return tokens.map(({ text }) => text).join(' ');
}

function isWord(token: SqlToken | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toUpperCase() === word;
}
