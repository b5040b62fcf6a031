import { MigrationError } from '../../domain/error.ts';
import type { Row } from '../../domain/row.ts';
import type { StreamQuery, WindowCount } from '../source.ts';

// PostgreSQL's timestamps reach from 4713 BC to the year 294276, and its dates farther (PostgreSQL docs, "Date/Time
// Types"). Homes are told by the text, which sorts as the time does from the year 1 to 9999 only: a row beyond would be
// read in one slice and be at home in another, and `infinity` lies in no half-open range. So such a row is refused, as a column that holds two kinds of values would be.

const dash = 45;
const letterC = 67;

/** Throws `input.invalid` if a row's window cell is a time outside the years 1 to 9999; `-infinity` is before all. */
export function assertRead(stream: StreamQuery, at: number, rows: readonly Row[]): void {
  for (const row of rows) {
    const cell = row[at];
    if (typeof cell !== 'string') continue;
    // Four digits and a dash, and no BC at the end.
    if (cell.charCodeAt(4) === dash && cell.charCodeAt(cell.length - 1) !== letterC) continue;
    if (/^\d{5,}-|BC$|^infinity$/.test(cell)) throw refusal(stream, `a row has ${cell}`);
  }
}

const yearOne = -62_135_596_800;
const yearTenThousand = 253_402_300_800;

/** Throws `input.invalid` if rows were counted outside the years 1 to 9999. */
export function assertCounted(stream: StreamQuery, counts: readonly WindowCount[], grain: number): void {
  const beyond = counts.filter(({ start }) => start !== null && (start + grain <= yearOne || start >= yearTenThousand));
  if (beyond.length === 0) return;
  throw refusal(stream, `${beyond.reduce((sum, { rows }) => sum + rows, 0)} rows do not`);
}

function refusal({ stream, window }: StreamQuery, found: string): MigrationError {
  const column = window?.column ?? '';
  return new MigrationError(
    'input.invalid',
    `Stream ${stream}: window column ${column} has to lie in the years 1 to 9999, and ${found}`,
    { next: `Leave such rows out in the query: AND ${column} >= '0001-01-01' AND ${column} < '10000-01-01'.` },
  );
}
