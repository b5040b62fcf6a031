import type { Row } from '../domain/row.ts';
import type { FileReading, Source, StreamQuery, WindowRange } from '../source/source.ts';

/** How rows are read for a sample. */
export interface SampleReading extends FileReading {
  readonly most: number;
  readonly signal: AbortSignal;
  /** Open unless given. */
  readonly range?: WindowRange;
}

/** The first rows of a stream, each a copy: sources reuse their arrays. Read in a snapshot. */
export function readSample(source: Source, stream: StreamQuery, reading: SampleReading): Promise<Row[]> {
  const { most, signal, range = { from: null, to: null }, ...files } = reading;
  return source.snapshot(async (reader) => {
    const rows: Row[] = [];
    for await (const batch of reader.read(stream, range, signal, files))
      for (const row of batch.rows) if (rows.push([...row]) >= most) return rows;
    return rows;
  });
}
