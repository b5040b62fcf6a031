import { contextDataBytes } from '../adobe/limits.ts';
import { contextBytesOf, writtenParameters } from '../adobe/query-parameters.ts';
import type { RowState } from './row-state.ts';

/**
 * Keeps the context variables of a hit within the bytes that all of them may have together, keys and values, those in
 * `queryString` among them: those that do not fit any more, in the header's order, are left out and counted (Adobe docs,
 * contextData variable).
 */
export function compileContextSize(header: readonly string[], cells: string[], state: RowState): () => void {
  const variables = header.flatMap((name, index) => {
    if (!name.startsWith('contextData.')) return [];
    const keyBytes = Buffer.byteLength(name) - 'contextData.'.length;
    return [{ index, keyBytes, left: state.counter('left out', name, 'too much context data') }];
  });
  const keys = variables.reduce((sum, { keyBytes }) => sum + keyBytes, 0);
  const query = header.indexOf('queryString');
  const leftInQuery = state.counter('left out', 'queryString', 'too much context data');
  const queryOf = (): string => (query === -1 ? '' : (cells[query] as string));

  const fitQuery = (before: number): void => {
    let bytes = before;
    const kept = writtenParameters(queryOf()).filter((parameter) => {
      const more = contextBytesOf(parameter);
      const fits = more === 0 || bytes + more <= contextDataBytes;
      if (fits) bytes += more;
      else state.bump(leftInQuery);
      return fits;
    });
    cells[query] = kept.map(({ name, value }) => (value === null ? name : `${name}=${value}`)).join('&');
  };

  return () => {
    let units = 0;
    for (const { index } of variables) units += (cells[index] as string).length;
    // A UTF-16 unit is at most three bytes of UTF-8; a query is ASCII.
    if (keys + units * 3 + queryOf().length <= contextDataBytes) return;
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
    if (queryOf() !== '') fitQuery(bytes);
  };
}
