import type { Chunk } from '../domain/chunk.ts';
import type { ChunkRecords } from './chunk-records.ts';

/**
 * The chunks of a lane that are in sealed slices, in lane order, read a page at a time, so that a lane of many needs no
 * memory. Each is as it stood when its page was read.
 */
export async function* eachChunk(
  ledger: Pick<ChunkRecords, 'chunksAfter'>,
  group: string,
  pageSize = 500,
): AsyncGenerator<Chunk> {
  for (let last: Chunk | null = null; ; ) {
    const page: readonly Chunk[] = await ledger.chunksAfter(group, last, pageSize);
    yield* page;
    last = page.at(-1) ?? null;
    if (page.length < pageSize) return;
  }
}
