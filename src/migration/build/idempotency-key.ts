import { createHash } from 'node:crypto';
import type { ChunkFile } from '../../domain/chunk.ts';

/**
 * The key under which Adobe keeps a chunk: 64 hex digits, a hash of migration id, group, slice, part and the SHA-256
 * of the raw CSV. Two machines that build the same rows ask with the same key (P4); two chunks never share one.
 */
export function idempotencyKey(
  migrationId: string,
  chunk: Pick<ChunkFile, 'group' | 'slice' | 'part' | 'rawSha256'>,
): string {
  const parts = [migrationId, chunk.group, String(chunk.slice), String(chunk.part), chunk.rawSha256];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
