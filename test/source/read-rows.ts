import type { Row } from '../../src/domain/row.ts';
import type { Source, SourceReader, StreamQuery, WindowRange } from '../../src/source/source.ts';

/** Open at both ends. */
export const whole: WindowRange = { from: null, to: null };

/** Every row of a range, in a snapshot of its own. */
export function readRows(source: Source, stream: StreamQuery, range: WindowRange = whole): Promise<readonly Row[]> {
  return source.snapshot(async (reader) => {
    const rows: Row[] = [];
    for await (const batch of reader.read(stream, range)) rows.push(...batch.rows);
    return rows;
  });
}

/** The number of rows of a stream, read to its end; `atFirst` happens when the first batch is there. */
export async function drain(
  reader: SourceReader,
  stream: StreamQuery,
  { atFirst = () => {}, signal }: { readonly atFirst?: () => unknown; readonly signal?: AbortSignal } = {},
): Promise<number> {
  let rows = 0;
  for await (const batch of reader.read(stream, whole, signal)) {
    if (rows === 0) await atFirst();
    rows += batch.rows.length;
  }
  return rows;
}
