import { fileColumns } from '../domain/row.ts';
import type { Faults, Path } from './faults.ts';
import type { Reader } from './scope.ts';
import type { ValueContext } from './value.ts';

/**
 * Readers of the parts of a row's key, in the mapping's order. Without `key:` the place in the file is the key; a
 * source that tells no places needs one. A part that is in bytes is its hexadecimal digits.
 */
export function compileKey(
  names: readonly string[] | undefined,
  columns: readonly string[] | null,
  path: Path,
  context: ValueContext,
): readonly Reader[] {
  if (names !== undefined && names.length > 0) {
    return names.map((name, index) => bytesAsDigits(name, columns, context.scope.text(name, [...path, index])));
  }
  if (columns === null) return [];
  if (fileColumns.every((name) => columns.includes(name))) {
    return fileColumns.map((name, index) => context.scope.text(name, [...path, index]));
  }
  tellMissing(path, context.faults);
  return [];
}

// A key must be read for rows that are only counted or rejected, bytes or not.
function bytesAsDigits(name: string, columns: readonly string[] | null, read: Reader): Reader {
  const index = columns?.indexOf(name) ?? -1;
  if (index === -1) return read;
  return (row) => {
    const cell = row[index];
    if (typeof cell === 'string') return cell;
    return cell instanceof Uint8Array ? `0x${Buffer.from(cell).toString('hex')}` : '';
  };
}

function tellMissing(path: Path, faults: Faults): void {
  const hint = 'add key: [columns that together are unique]';
  faults.error(path, 'key-missing', 'the stream has no key, so rows of one instant would have no order', hint);
}
