import type { RowState } from './row-state.ts';
import { compileClean, compileLimit, type Tidy } from './tidy.ts';

/** Makes a text fit into a product: without blanks around it and the separators of the grammar, within `bytes`; what is done is counted. */
export function compileProductPiece(bytes: number, state: RowState): Tidy {
  const clean = compileClean('products', state);
  const limit = compileLimit('products', bytes, 'cut', state);
  const stripped = state.counter('mended', 'products', 'separators taken out');
  return (text) => {
    const value = clean(text);
    if (!/[,;|]/.test(value)) return limit(value);
    state.bump(stripped);
    return limit(
      value
        .replace(/[,;|]+/g, ' ')
        .replace(/ {2,}/g, ' ')
        .trim(),
    );
  };
}
