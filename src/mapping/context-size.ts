import { contextDataBytes } from '../adobe/limits.ts';
import type { RowState } from './row-state.ts';

/**
 * Keeps the context variables of a hit within the bytes that all of them may have together, keys and values: those that do
 * not fit any more, in the header's order, are left out and counted (Adobe docs, contextData variable).
 */
export function compileContextSize(header: readonly string[], cells: string[], state: RowState): () => void {
  const variables = header.flatMap((name, index) => {
    if (!name.startsWith('contextData.')) return [];
    const keyBytes = Buffer.byteLength(name) - 'contextData.'.length;
    return [{ index, keyBytes, left: state.counter('left out', name, 'too much context data') }];
  });
  const keys = variables.reduce((sum, { keyBytes }) => sum + keyBytes, 0);
  return () => {
    let units = 0;
    for (const { index } of variables) units += (cells[index] as string).length;
    // A UTF-16 unit is at most three bytes of UTF-8.
    if (keys + units * 3 <= contextDataBytes) return;
    let bytes = 0;
    for (const { index, keyBytes, left } of variables) {
      const text = cells[index] as string;
      if (text === '') continue;
      const more = keyBytes + Buffer.byteLength(text);
      if (bytes + more <= contextDataBytes) {
        bytes += more;
        continue;
      }
      cells[index] = '';
      state.bump(left);
    }
  };
}
