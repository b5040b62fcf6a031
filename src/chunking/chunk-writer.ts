import { join } from 'node:path';
import type { ChunkFile, ChunkId } from '../domain/chunk.ts';
import type { Deflater } from './deflater.ts';
import { createDurableGzip } from './durable-gzip.ts';
import type { HitRows } from './hit-rows.ts';
import { createSidecarLines } from './sidecar-lines.ts';
import { chunkPath, sidecarPath } from './slice-files.ts';

/** What all chunks of a slice have in common. */
export interface ChunkSetting {
  readonly folder: string;
  /** The header line with its line feed. */
  readonly header: Buffer;
  /** Names by position. */
  readonly streams: readonly string[];
  readonly chunkDeflater: Deflater;
  readonly sidecarDeflater: Deflater;
}

/** A chunk and its sidecar while they are made. */
export interface ChunkWriter {
  readonly rows: number;
  /** Uncompressed, header included. */
  readonly rawBytes: number;
  /** Takes the next hit of the lane. Never waits: see `GzipWriter`. */
  append(hits: HitRows, position: number): void;
  /** Resolves when both files are on disk under their names; their folders are not synced yet. */
  publish(): Promise<ChunkFile>;
  /** Closes both files; never rejects. */
  abandon(): Promise<void>;
}

/** Opens both files and writes the header. A chunk is opened for its first row, so none is without rows. */
export async function createChunkWriter(id: ChunkId, setting: ChunkSetting): Promise<ChunkWriter> {
  const { folder, header, streams } = setting;
  const path = chunkPath(id);
  const sidecar = sidecarPath(id);
  const csv = await createDurableGzip(join(folder, path), setting.chunkDeflater);
  const keys = await createDurableGzip(join(folder, sidecar), setting.sidecarDeflater).catch(async (error: unknown) => {
    await csv.abandon();
    throw error;
  });
  const lines = createSidecarLines(streams, keys);
  const rowsOfStream = new Float64Array(streams.length);
  let rows = 0;
  let firstTime = 0;
  let lastTime = 0;
  csv.write(header, 0, header.length);

  return {
    get rows() {
      return rows;
    },
    get rawBytes() {
      return csv.rawBytes;
    },
    append(hits, position) {
      hits.useLine(position, csv.write);
      const stream = hits.stream(position);
      lines.add(hits, position);
      lastTime = hits.seconds(position);
      if (rows === 0) firstTime = lastTime;
      rowsOfStream[stream]!++;
      rows++;
    },
    async publish() {
      try {
        lines.flush();
        const sums = await csv.publish();
        await keys.publish();
        const counted = streams.flatMap((stream, index) =>
          rowsOfStream[index]! > 0 ? [[stream, rowsOfStream[index]!] as const] : [],
        );
        return { ...id, path, sidecar, rows, ...sums, firstTime, lastTime, streams: Object.fromEntries(counted) };
      } finally {
        await keys.abandon();
      }
    },
    async abandon() {
      await csv.abandon();
      await keys.abandon();
    },
  };
}
