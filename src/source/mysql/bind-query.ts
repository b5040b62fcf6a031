import { escape as quote } from 'mysql2';
import { findPlaces } from '../../config/query-places.ts';
import { MigrationError } from '../../domain/error.ts';
import type { StreamQuery } from '../source.ts';
import { type LexedQuery, lexQuery } from './lex-query.ts';

type Values = Readonly<Record<string, string | bigint>>;

/**
 * The stream's query with every `:name` replaced by a literal: an integer's digits, or a text in quotes, escaped for the
 * session's empty `sql_mode`. Literals, since only statements without parameters are answered in text.
 *
 * Throws `input.invalid` for what is no single reading SELECT, for a place without a value, and where MySQL would see
 * other places than the mapping's rules do: a value must never come to stand inside a text.
 */
export function bindQuery({ stream, query, parameters = {} }: StreamQuery, bounds: Values = {}): string {
  if (query === undefined) {
    throw new MigrationError('input.invalid', `Stream ${stream} has no query, and a MySQL source needs one`, {
      next: 'Give the stream a `query` in the mapping; `rows` is for files.',
    });
  }
  const lexed = lexQuery(query);
  assertReads(stream, lexed);
  assertSamePlaces(stream, query, lexed);
  const values: Values = { ...parameters, ...bounds };
  let text = '';
  let copied = 0;
  for (const { name, start, end } of lexed.places) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) {
      throw new MigrationError('input.invalid', `The query of stream ${stream} uses :${name}, which has no value`, {
        next: 'Correct the query or its variables in the mapping.',
      });
    }
    // The space keeps `x:name` from becoming a hexadecimal literal, and `-:name` from becoming a comment.
    text += `${query.slice(copied, start)} ${literal(value)}`;
    copied = end;
  }
  return text + query.slice(copied, lexed.end);
}

/** A value as SQL, under an empty `sql_mode` and utf8mb4. */
export function literal(value: string | bigint): string {
  return typeof value === 'bigint' ? String(value) : quote(value);
}

function assertReads(stream: string, { words, isOneStatement, hasExecutableComment }: LexedQuery): void {
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

function assertSamePlaces(stream: string, query: string, { places }: LexedQuery): void {
  const declared = findPlaces(query, 'mysql').filter(({ kind }) => kind === 'bind');
  const isSame = declared.length === places.length && declared.every(({ start }, at) => start === places[at]?.start);
  if (isSame) return;
  throw new MigrationError(
    'input.invalid',
    `The query of stream ${stream} can be read in two ways: MySQL ends a text or a comment elsewhere than the mapping does`,
    { next: "Write '' for a quote in a text, -- and a space or /* */ for comments, and no [ ] around :name." },
  );
}
