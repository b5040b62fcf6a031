import { findPlaces, withoutEnd } from '../../config/query-places.ts';
import { MigrationError } from '../../domain/error.ts';
import type { StreamQuery } from '../source.ts';

/** A mapping's query with `$n` for its `:name` places. */
export interface BoundQuery {
  /** With its places as `form` writes them; by default bare, which leaves their types to the server. */
  text(form?: (place: string, at: number) => string): string;
  /** Names of the mapping by position: `$1` is the first. */
  readonly parameters: readonly string[];
}

/**
 * Numbers the places of a stream's query. A variable has one number wherever it stands, so that `GROUP BY` knows it
 * again; each `:from` and `:to` has its own, as they may be compared with columns of several types. A semicolon at the
 * end is dropped, with the comments after it. Throws `input.invalid` for a stream without a query.
 */
export function bindQuery({ stream, query }: StreamQuery): BoundQuery {
  if (query === undefined) {
    throw new MigrationError('input.invalid', `Stream ${stream} has no query, and a PostgreSQL source needs one`, {
      next: 'Give the stream a `query` in the mapping; `rows` is for files.',
    });
  }
  const whole = withoutEnd(query, 'postgres');
  const pieces: string[] = [];
  const numbers: number[] = [];
  const parameters: string[] = [];
  let copied = 0;
  for (const { kind, name, start, end } of findPlaces(whole, 'postgres')) {
    if (kind !== 'bind') continue;
    const known = name === 'from' || name === 'to' ? -1 : parameters.indexOf(name);
    const at = known === -1 ? parameters.push(name) - 1 : known;
    pieces.push(whole.slice(copied, start));
    numbers.push(at);
    copied = end;
  }
  const rest = whole.slice(copied);
  return {
    text: (form = (place) => place) =>
      pieces.map((piece, index) => piece + form(`$${numbers[index]! + 1}`, numbers[index]!)).join('') + rest,
    parameters,
  };
}

/** Nothing but one reading query can stand there; the line break ends a comment that the query may close with. */
export function asSubquery(query: string): string {
  return `SELECT * FROM (${query}\n) AS result`;
}
