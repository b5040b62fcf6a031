import { readFileSync } from 'node:fs';
import { type Connection, Database, type Statement } from '../../index.ts';
import { createLegacyVisits, type LegacyVisit } from './legacy-visits.ts';

/** What was written, so that the demo can say where the rows come from. */
export interface LegacyDatabase {
  readonly visits: number;
  readonly pageviews: number;
  readonly events: number;
  readonly orders: number;
}

/**
 * Writes the legacy tracker's database: the tables of `schemaFile`, filled with two years of traffic of at least
 * `rows` page views, events and orders. The same `seed` gives the same rows on any machine.
 */
export function writeLegacyDatabase(
  path: string,
  options: { readonly schemaFile: string; readonly rows: number; readonly seed: number },
): LegacyDatabase {
  const database = new Database(path);
  try {
    // A demo database can be made again; nobody waits for it to survive a power cut.
    database.pragma('journal_mode = OFF');
    database.pragma('synchronous = OFF');
    database.exec(readFileSync(options.schemaFile, 'utf8'));
    database.exec('BEGIN');
    const written = fill(database, options.rows, options.seed);
    database.exec('COMMIT');
    return written;
  } finally {
    database.close();
  }
}

function fill(database: Connection, rows: number, seed: number): LegacyDatabase {
  const insert = (table: string, columns: number): Statement<unknown[]> =>
    database.prepare(`INSERT INTO ${table} VALUES (${Array.from({ length: columns }, () => '?').join(', ')})`);
  const visit = insert('visits', 9);
  const pageview = insert('pageviews', 7);
  const event = insert('events', 7);
  const order = insert('orders', 6);
  const counts = { visits: 0, pageviews: 0, events: 0, orders: 0 };
  const write = (made: LegacyVisit): void => {
    visit.run(...made.row);
    for (const row of made.pageviews) pageview.run(...row);
    for (const row of made.events) event.run(...row);
    for (const row of made.orders) order.run(...row);
    counts.visits += 1;
    counts.pageviews += made.pageviews.length;
    counts.events += made.events.length;
    counts.orders += made.orders.length;
  };
  const visits = createLegacyVisits(seed, rows);
  while (counts.pageviews + counts.events + counts.orders < rows) write(visits());
  return counts;
}
