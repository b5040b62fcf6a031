import { type Connection, Database } from '../domain/sqlite.ts';
import { steps } from './schema/steps.ts';

/**
 * Lets a connection read an older ledger as the newest version has it, without a change to the file and without a copy of
 * what may be gigabytes. What later steps added stands as views in the connection's own temporary schema, whose names come
 * before those of the file (SQLite docs, "Database Object Name Resolution"): new tables empty, new columns with their
 * defaults. This holds for steps that only add. Indexes cannot be named on what has become a view.
 */
export function showAsNewest(db: Connection): void {
  const newest = new Database(':memory:');
  try {
    for (const step of steps) newest.exec(step);
    const tables = newest.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    for (const table of tables.pluck().all() as string[]) {
      const known = new Set(columnsOf(db, table).map(({ name }) => name));
      const columns = columnsOf(newest, table);
      if (columns.every(({ name }) => known.has(name))) continue;
      const values = columns.map(({ name, fallback }) => (known.has(name) ? name : `${fallback ?? 'NULL'} AS ${name}`));
      const from = known.size === 0 ? 'WHERE false' : `FROM main.${table}`;
      db.exec(`CREATE TEMP VIEW ${table} AS SELECT ${values.join(', ')} ${from}`);
    }
  } finally {
    newest.close();
  }
}

/** None where there is no such table. `fallback` is SQL. */
function columnsOf(db: Connection, table: string): { name: string; fallback: string | null }[] {
  const found = db.prepare("SELECT name, dflt_value AS fallback FROM pragma_table_info(?, 'main')").all(table);
  return found as { name: string; fallback: string | null }[];
}
