import { isOver } from '../adobe/cut.ts';
import type { RowState } from './row-state.ts';

/**
 * Joins the entries of a list by commas, within the bytes of its column. Whole entries only, from the first on: an entry
 * that is cut inside would be another entry. What is left out is counted as one cut.
 */
export function compileEntryJoin(
  column: string,
  bytes: number,
  state: RowState,
): (entries: readonly string[]) => string {
  const cut = state.counter('cut', column, `over ${bytes} bytes`);
  return (entries) => {
    const joined = entries.join(',');
    if (!isOver(joined, bytes)) return joined;
    state.bump(cut);
    let used = -1;
    const kept = entries.findIndex((entry) => {
      used += Buffer.byteLength(entry) + 1;
      return used > bytes;
    });
    return entries.slice(0, kept).join(',');
  };
}
