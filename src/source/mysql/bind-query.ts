import { escape as quote } from 'mysql2';
import { findPlaces, withoutEnd } from '../../config/query-places.ts';
import { type SqlToken, sqlTokens } from '../../config/sql-tokens.ts';
import { MigrationError } from '../../domain/error.ts';
import type { StreamQuery } from '../source.ts';

type Values = Readonly<Record<string, string | bigint>>;

/**
 * The stream's query with every `:name` replaced by a literal: an integer's digits, or a text in quotes, escaped for the
 * session's empty `sql_mode`. Literals, since only statements without parameters are answered in text.
 *
 * Throws `input.invalid` for what is no single reading SELECT, and for a place without a value.
 */
export function bindQuery({ stream, query, parameters = {} }: StreamQuery, bounds: Values = {}): string {
  if (query === undefined) {
    throw new MigrationError('input.invalid', `Stream ${stream} has no query, and a MySQL source needs one`, {
      next: 'Give the stream a `query` in the mapping; `rows` is for files.',
    });
  }
  const whole = withoutEnd(query, 'mysql');
  assertReads(
    stream,
    sqlTokens(whole, 'mysql').filter(({ kind }) => kind !== 'comment'),
  );
  const values: Values = { ...parameters, ...bounds };
  let text = '';
  let copied = 0;
  for (const { kind, name, start, end: after } of findPlaces(whole, 'mysql')) {
    if (kind !== 'bind') continue;
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) {
      throw new MigrationError('input.invalid', `The query of stream ${stream} uses :${name}, which has no value`, {
        next: 'Correct the query or its variables in the mapping.',
      });
    }
    // Spaces keep `x:name` from becoming a hexadecimal literal and two texts from becoming one with a quote between them;
    // after `--` one would begin a comment.
    text += whole.slice(copied, start) + (whole[start - 1] === '-' ? '' : ' ') + literal(value);
    if (/['".]/.test(whole[after] ?? '')) text += ' ';
    copied = after;
  }
  return text + whole.slice(copied);
}

/** A value as SQL, under an empty `sql_mode` and utf8mb4. */
export function literal(value: string | bigint): string {
  return typeof value === 'bigint' ? String(value) : quote(value);
}

function assertReads(stream: string, tokens: readonly SqlToken[]): void {
  const words = tokens.filter(({ kind }) => kind === 'word').map(({ text }) => text.toUpperCase());
  const isOneStatement = tokens.every(({ text }) => text !== ';');
  const hasExecutableComment = tokens.some(({ kind, text }) => kind === 'engine' && text.startsWith('/*'));
  const refuse = (says: string, next: string) => {
    throw new MigrationError('input.invalid', `The query of stream ${stream} ${says}`, { next });
  };
  if (!isOneStatement) refuse('is more than one statement', 'Write one SELECT, or WITH … SELECT.');
  if (hasExecutableComment)
    refuse('has a comment that MySQL runs', 'Write what stands in /*! … */ plainly, or leave it out.');
  const [first = ''] = words;
  if (first !== 'SELECT' && first !== 'WITH') refuse('does not only read', 'Write one SELECT, or WITH … SELECT.');
  const writes = words.includes('INTO');
  const locks = words.some((word, at) => {
    const next = words[at + 1];
    return (word === 'FOR' && (next === 'UPDATE' || next === 'SHARE')) || (word === 'LOCK' && next === 'IN');
  });
  if (writes) refuse('does not only read', 'Leave out INTO: the rows are read by this program.');
  if (locks) refuse('locks rows', 'Leave out FOR UPDATE, FOR SHARE and LOCK IN SHARE MODE: a snapshot needs no locks.');
}
