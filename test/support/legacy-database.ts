import { Database } from '../../src/domain/sqlite.ts';
import type { LegacyRow } from './legacy-hits.ts';

/** Writes rows into a new SQLite database: views with a time in ms, clicks with a text. */
export function writeLegacyDatabase(path: string, rows: readonly LegacyRow[]): void {
  const db = new Database(path);
  db.exec(`
    CREATE TABLE views (id INTEGER PRIMARY KEY, viewed_ms INTEGER, visitor TEXT, url TEXT, title TEXT, agent TEXT);
    CREATE TABLE clicks (id INTEGER PRIMARY KEY, clicked_at TEXT, visitor TEXT, url TEXT, label TEXT, agent TEXT);
    CREATE INDEX views_time ON views (viewed_ms);
    CREATE INDEX clicks_time ON clicks (clicked_at);
  `);
  const view = db.prepare('INSERT INTO views VALUES (?, ?, ?, ?, ?, ?)');
  const click = db.prepare('INSERT INTO clicks VALUES (?, ?, ?, ?, ?, ?)');
  db.transaction(() => {
    for (const { stream, id, time, visitor, url, title, agent } of rows) {
      if (stream === 'views') view.run(id, BigInt(time), visitor, url, title, agent);
      else click.run(id, new Date(time).toISOString().slice(0, 19).replace('T', ' '), visitor, url, title, agent);
    }
  })();
  db.close();
}

/** The mapping for such a database. */
export const databaseMapping = `
mapping: scenario-database
engine: sqlite
defaults:
  hit: { visitorID: visitor, userAgent: agent }
streams:
  views:
    query: |
      SELECT id, viewed_ms, visitor, url, title, agent FROM views
      WHERE viewed_ms >= :from AND viewed_ms < :to ORDER BY viewed_ms, id
    key: [id]
    time: { from: viewed_ms, unit: ms }
    window: { column: viewed_ms, type: ms }
    skip: { health checks: { url: { matches: '/health' } } }
    hit: { pageURL: url, pageName: title }
  clicks:
    query: |
      SELECT id, clicked_at, visitor, url, label, agent FROM clicks
      WHERE clicked_at >= :from AND clicked_at < :to ORDER BY clicked_at, id
    key: [id]
    time: { from: clicked_at, zone: UTC }
    window: { column: clicked_at, type: datetime, zone: UTC }
    skip: { health checks: { url: { matches: '/health' } } }
    hit: { linkType: { const: o }, linkURL: url, linkName: label }
`;
