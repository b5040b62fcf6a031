import type { Row, RowFault } from '../../domain/row.ts';
import type { FileReading, Source, StreamQuery, WindowRange } from '../../source/source.ts';

/** How rows are read for a sample. */
export interface SampleReading extends FileReading {
  /** Lines that are no row count too. */
  readonly most: number;
  readonly signal: AbortSignal;
  /** Open unless given. */
  readonly range?: WindowRange;
  /** Is told of lines that are no row. */
  readonly onFault?: ((fault: RowFault) => void) | undefined;
}

/** The first rows of a stream, each a copy: sources reuse their arrays. Read in a snapshot. */
export function readSample(source: Source, stream: StreamQuery, reading: SampleReading): Promise<Row[]> {
  const { most, signal, range = { from: null, to: null }, onFault, ...files } = reading;
  return source.snapshot(async (reader) => {
    const rows: Row[] = [];
    let faults = 0;
    for await (const batch of reader.read(stream, range, signal, files)) {
      for (const fault of batch.faults ?? []) {
        faults += 1;
        onFault?.(fault);
      }
      for (const row of batch.rows) if (rows.push([...row]) + faults >= most) return rows;
      if (rows.length + faults >= most) return rows;
    }
    return rows;
  });
}
