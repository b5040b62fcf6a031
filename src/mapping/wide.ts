import { column } from '../adobe/columns.ts';
import { compileWide } from '../adobe/multi-byte.ts';
import type { RowState } from './row-state.ts';

/**
 * Counts the cells of a hit that hold characters which the report suite will lose; nothing is changed, since only older
 * pages of Adobe's say so, and what is taken out here could not be brought back.
 */
export function compileWideCount(header: readonly string[], cells: readonly string[], state: RowState): () => void {
  const checked = header.flatMap((name, index) => {
    const isWide = compileWide(column(name)?.kind ?? 'text');
    if (isWide === null) return [];
    return [{ index, isWide, warned: state.counter('warned', name, 'characters above 127') }];
  });
  return () => {
    for (const { index, isWide, warned } of checked) if (isWide(cells[index] as string)) state.bump(warned);
  };
}
