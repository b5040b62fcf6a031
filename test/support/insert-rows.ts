/** A cell of a row to insert; `sql` is put in as it is. */
export type InsertedCell = string | number | null | { readonly sql: string };

/** An INSERT of one row, in SQL that MySQL and PostgreSQL read alike. Texts hold no backslashes. */
export function insertRow(table: string, row: Readonly<Record<string, InsertedCell>>): string {
  const cells = Object.values(row).map((cell) => {
    if (cell === null) return 'NULL';
    if (typeof cell === 'object') return cell.sql;
    return typeof cell === 'number' ? String(cell) : `'${cell.replaceAll("'", "''")}'`;
  });
  return `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${cells.join(', ')});`;
}
