import { MigrationError } from '../../domain/error.ts';
import type { Connection, Statement } from '../../domain/sqlite.ts';
import type { StreamQuery, WindowRange } from '../source.ts';
import { isEpoch, openEnds, windowText } from '../window.ts';

/** What a statement is asked with, by name. */
export type Values = Readonly<Record<string, string | bigint | number>>;

/** The query of a stream; throws `input.invalid` where it has none. */
export function queryOf({ stream, query }: StreamQuery): string {
  if (query !== undefined) return query;
  throw new MigrationError('input.invalid', `Stream ${stream} has no query, and a SQLite source needs one`, {
    next: 'Give the stream a `query` in the mapping; `rows` is for files.',
  });
}

/** Refuses, before anything runs, what is no plain reading query: `input.invalid`. */
export function prepareRead(db: Connection, { stream }: StreamQuery, query: string): Statement {
  const statement = db.prepare(query);
  if (statement.reader && statement.readonly) return statement;
  throw new MigrationError('input.invalid', `The query of stream ${stream} does not only read`, {
    next: 'Write one SELECT, or WITH … SELECT.',
  });
}

/** The parameters of a stream, with the ends of a range where it has a window. */
export function valuesOf(stream: StreamQuery, range: WindowRange): Values {
  const { window, parameters } = stream;
  if (window === undefined) return { ...parameters };
  // SQLite compares integers with REALs exactly, and infinity is above the highest of them.
  const open = isEpoch(window.type) ? { from: -Infinity, to: Infinity } : openEnds(window.type);
  return {
    ...parameters,
    from: range.from === null ? open.from : windowText(window.type, range.from),
    to: range.to === null ? open.to : windowText(window.type, range.to),
  };
}
