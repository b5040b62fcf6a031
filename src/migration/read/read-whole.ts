import type { HitPack } from '../../chunking/hit-pack.ts';
import type { InputFile } from '../../domain/input-file.ts';
import type { Batch, Stretch } from '../../domain/row.ts';
import type { Reject } from '../../domain/slice.ts';
import type { SourceReader } from '../../source/source.ts';
import type { Job, JobStream } from '../job/job.ts';
import { judgeRows } from './misfit.ts';
import type { CountedRows } from './row-counts.ts';
import { countMisfit, makeRoom, type RowSink, take } from './row-sink.ts';

/** Rows that were cut and mapped from a stretch, in its order. */
export interface MappedStretch {
  /** Those inside the range. */
  readonly hits: HitPack;
  /** What became no hit, and what mappers counted. */
  readonly counted: CountedRows;
  readonly rejects: readonly Reject[];
  readonly rows: number;
}

/** Who cuts and maps stretches, side by side. */
export interface StretchMapper {
  /** So many may be under way. */
  readonly atOnce: number;
  /** `stream` is a position. */
  map(stream: number, stretch: Stretch): Promise<MappedStretch>;
}

/** As `RowSink`, for streams that are read whole, file by file. */
export interface WholeSink extends RowSink {
  /** Who maps stretches, and where their hits go: `adopt` is as `HitSink.add`. `null`: all rows are mapped here. */
  readonly stretches: (StretchMapper & { adopt(pack: HitPack): boolean }) | null;
  /** Paths of files that this stream has read before: they are not read again. */
  readBefore(stream: string): ReadonlySet<string>;
  /** Waited for where files of the stream have ended; all that was in them has been put here and counted. */
  afterFiles(stream: string, files: readonly InputFile[]): Promise<void>;
}

/**
 * Reads every stream of a single-pass job once, whole. All hits inside the range are stored; which slice each belongs
 * to is decided afterwards. Hits are not counted here: their home is the slice that they end in. Whoever maps, rows are
 * stored, and rejects told, in the order in which the source has them.
 */
export async function readWhole(job: Job, sink: WholeSink, signal: AbortSignal): Promise<void> {
  await job.source.snapshot(async (reader) => {
    for (const stream of job.streams) await readStream(job, stream, reader, sink, signal);
  });
}

async function readStream(
  job: Job,
  stream: JobStream,
  reader: SourceReader,
  sink: WholeSink,
  signal: AbortSignal,
): Promise<void> {
  const { mapper, position } = stream;
  const { stretches } = sink;
  let read = 0;
  const before = sink.readBefore(stream.name);
  // The files of a query are read together or not at all.
  if (stream.query.query !== undefined && before.size > 0) return;
  const mapped: Promise<MappedStretch>[] = [];
  const adoptBut = async (most: number): Promise<void> => {
    while (stretches !== null && mapped.length > most) {
      const next = mapped.shift()!;
      read += await adopt(await next, stretches, sink);
    }
  };
  const files = { passOver: before, uncut: stretches !== null };
  for await (const batch of reader.read(stream.query, { from: null, to: null }, signal, files)) {
    if (batch.stretch !== undefined && stretches !== null) {
      const mapping = stretches.map(position, batch.stretch);
      // Told when it is its turn.
      mapping.catch(() => undefined);
      mapped.push(mapping);
    }
    await adoptBut(batch.stretch === undefined ? 0 : (stretches?.atOnce ?? 0));
    await mapBatch(job, stream, batch, sink);
    read += batch.rows.length;
    if (batch.ended !== undefined) {
      sink.counter.add(mapper.takeTallies());
      await sink.afterFiles(stream.name, batch.ended);
    }
    await sink.afterBatch(read);
  }
  await adoptBut(0);
  sink.counter.add(mapper.takeTallies());
}

/** Maps the rows of a batch of a stream that is read whole; hits are not counted. */
export async function mapBatch(job: Job, stream: JobStream, batch: Batch, sink: RowSink): Promise<void> {
  const { mapper, position } = stream;
  const { output } = mapper;
  const judge = judgeRows(job, stream);
  for (const row of batch.rows) {
    const misfit = judge(row, null);
    if (misfit !== null) countMisfit(stream, row, misfit, sink);
    else if (!take(position, output, sink)) await makeRoom(position, output, sink);
  }
  for (const { key, reason, text } of batch.faults ?? []) {
    sink.counter.rejected(position, '', reason);
    sink.reject({ stream: stream.name, key, reason, column: null, value: text, row: {} });
  }
}

/** Stores what a stretch became; resolves to the number of its rows. */
async function adopt(
  { hits, counted, rejects, rows }: MappedStretch,
  stretches: NonNullable<WholeSink['stretches']>,
  sink: RowSink,
): Promise<number> {
  if (!stretches.adopt(hits)) {
    await sink.hits.spill();
    if (!stretches.adopt(hits)) throw new Error('hits do not fit an empty store');
  }
  sink.counter.adopt(counted);
  for (const reject of rejects) sink.reject(reject);
  return rows;
}
