import { withoutEnd } from '../../config/query-places.ts';
import { MigrationError } from '../../domain/error.ts';
import type { Cell, Row } from '../../domain/row.ts';
import { realText } from '../real-text.ts';
import type { StreamQuery } from '../source.ts';

/** Rows of one read are gathered to this many. */
export const batchRows = 1000;

/**
 * The next rows, numbers as text; fewer than `batchRows` are the last. Adds to `doubted` the places of columns in which a
 * U+FFFD stands: better-sqlite3 also writes it for bytes that are no text.
 */
export function takeBatch(rows: IterableIterator<unknown[]>, doubted: Set<number>): Row[] {
  const batch: Row[] = [];
  while (batch.length < batchRows) {
    const next = rows.next();
    if (next.done === true) break;
    const row = next.value;
    for (let at = 0; at < row.length; at++) {
      const value = row[at];
      if (typeof value === 'bigint') row[at] = String(value);
      else if (typeof value === 'number') row[at] = realText(value);
      else if (typeof value === 'string' && value.includes('\uFFFD')) doubted.add(at);
    }
    batch.push(row as Cell[]);
  }
  return batch;
}

/** The statement that gives the texts of one of a query's columns with `?` for every U+FFFD that the database holds. */
export function textStatement(query: string, columns: number, at: number): string {
  const names = Array.from({ length: columns }, (_, place) => `c${place}`);
  // SQLite replaces bytes, so that those which are no text stay.
  return `WITH result(${names.join(', ')}) AS (${withoutEnd(query, 'sqlite')}\n)
    SELECT replace(c${at}, char(65533), '?') FROM result WHERE typeof(c${at}) = 'text'`;
}

/** Looks for what is no text among a column's. */
export interface TextCheck {
  /**
   * Goes on until it has looked at as many texts, or at all of them. Throws `source.query` where one was no text: before a
   * reading has ended, though not always before the row itself is given.
   */
  upTo(rows: number): Promise<void>;
  /** Gives the reading back. */
  end(): Promise<void>;
}

/** The check of the texts that `textStatement` gives. */
export function checkTexts({ stream }: StreamQuery, column: string, texts: AsyncGenerator<Row[], void>): TextCheck {
  let seen = 0;
  let isDone = false;
  return {
    async upTo(rows) {
      while (!isDone && seen < rows) {
        const { value: batch = [], done = false } = await texts.next();
        isDone = done;
        seen += batch.length;
        const broken = batch.find(([text]) => typeof text === 'string' && text.includes('\uFFFD'));
        if (broken !== undefined) throw notText(stream, column, String(broken[0]));
      }
    },
    async end() {
      await texts.return();
    },
  };
}

function notText(stream: string, column: string, text: string): MigrationError {
  return new MigrationError(
    'source.query',
    `Stream ${stream}: column ${column} holds text that is not UTF-8, such as ${JSON.stringify(text.slice(0, 100))}`,
    { next: 'Convert the column to UTF-8 in a copy of the database, or leave it out of the query.' },
  );
}
