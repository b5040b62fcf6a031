import type { Chunk, ChunkId } from '../domain/chunk.ts';
import type { ChunkRecords } from './chunk-records.ts';
import type { ChunkRowRecord, ProofRecords } from './proof-records.ts';

/**
 * The chunks of a lane that are in sealed slices, in lane order, read a page at a time, so that a lane of many needs no
 * memory. Each is as it stood when its page was read.
 */
export function eachChunk(
  ledger: Pick<ChunkRecords, 'chunksAfter'>,
  group: string,
  pageSize = 500,
): AsyncGenerator<Chunk> {
  return paged((last) => ledger.chunksAfter(group, last, pageSize), pageSize);
}

/** The chunks of a lane that are with Adobe, as `eachChunk` gives all of them. */
export function eachDelivered(
  ledger: Pick<ProofRecords, 'deliveredAfter'>,
  group: string,
  pageSize = 500,
): AsyncGenerator<ChunkRowRecord> {
  return paged((last) => ledger.deliveredAfter(group, last, pageSize), pageSize);
}

async function* paged<T extends ChunkId>(
  after: (last: T | null) => Promise<readonly T[]>,
  pageSize: number,
): AsyncGenerator<T> {
  for (let last: T | null = null; ; ) {
    const page: readonly T[] = await after(last);
    yield* page;
    last = page.at(-1) ?? null;
    if (page.length < pageSize) return;
  }
}
