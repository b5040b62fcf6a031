import type { Row } from '../../domain/row.ts';
import type { Slice } from '../../domain/slice.ts';
import type { SourceReader } from '../../source/source.ts';
import type { Job, JobStream } from '../job/job.ts';
import { homeTest, rangeToRead } from '../job/windows.ts';
import { judgeRows } from './misfit.ts';
import { countMisfit, makeRoom, type RowSink, take } from './row-sink.ts';

/** As `RowSink`, for the rows of a slice. */
export interface SliceSink extends RowSink {
  /** Waited for when the source has given a batch, before anything of it is put here. */
  beforeBatch(): Promise<void>;
}

/**
 * Reads one slice of a windowed job: every row whose home it is gets counted, and every hit whose time lies in it gets
 * stored. The two are decided row by row and need no other slice.
 */
export async function readSlice(job: Job, slice: Slice, sink: SliceSink, signal: AbortSignal): Promise<void> {
  await job.source.snapshot(async (reader) => {
    for (const stream of job.streams) await readWindow(job, stream, slice, reader, sink, signal);
  });
}

async function readWindow(
  job: Job,
  stream: JobStream,
  slice: Slice,
  reader: SourceReader,
  sink: SliceSink,
  signal: AbortSignal,
): Promise<void> {
  const { mapper, position, window } = stream;
  if (window === null) throw new Error(`stream ${stream.name} has no window`);
  const { output } = mapper;
  const home = homeTest(slice, window);
  const judge = judgeRows(job, stream);
  for await (const batch of reader.read(stream.query, rangeToRead(slice, window), signal)) {
    await sink.beforeBatch();
    for (const row of batch.rows) {
      const cell = textOf(row[window.place]);
      const isHome = home.isHome(cell);
      if (isHome && home.isBeyond(cell)) sink.counter.beyond(position);
      const misfit = judge(row, cell);
      if (misfit === null) {
        if (output.seconds < slice.from || output.seconds >= slice.to) mapper.dropHit();
        else if (!take(position, output, sink)) await makeRoom(position, output, sink);
      }
      if (!isHome) continue;
      if (misfit === null) sink.counter.hit(position);
      else countMisfit(stream, row, misfit, sink);
    }
    await sink.afterBatch(sink.counter.rows);
  }
  sink.counter.add(mapper.takeTallies());
}

/** A window cell as text; bytes are no time and count as NULL. */
export function textOf(cell: Row[number] | undefined): string | null {
  return typeof cell === 'string' ? cell : null;
}
