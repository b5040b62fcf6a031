import type { InputFile } from '../../../src/domain/input-file.ts';
import type { Row, RowFault } from '../../../src/domain/row.ts';
import type { Source, StreamQuery } from '../../../src/source/source.ts';
import { whole } from '../read-rows.ts';

/** A stream of the file set `hits`. */
export const stream: StreamQuery = { stream: 'hits', rows: 'hits' };

export interface FoundStream {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly faults: readonly RowFault[];
  readonly files: readonly InputFile[];
}

/** All that a stream of files gives. */
export async function readStream(source: Source, of: StreamQuery = stream): Promise<FoundStream> {
  const columns = await source.columns(of);
  const rows: Row[] = [];
  const faults: RowFault[] = [];
  await source.snapshot(async (reader) => {
    for await (const batch of reader.read(of, whole)) {
      rows.push(...batch.rows);
      faults.push(...(batch.faults ?? []));
    }
  });
  return { columns, rows, faults, files: source.files() };
}
