import type { Chunk } from '../domain/chunk.ts';
import { MigrationError } from '../domain/error.ts';

/** The stop for a chunk whose file is not the one that was sealed; `what` says in which way. */
export function damagedChunk({ path, group }: Pick<Chunk, 'path' | 'group'>, what: string): MigrationError {
  return new MigrationError('chunk.damaged', `chunk ${path} (lane ${group}) cannot be sent: ${what}`, {
    next: 'put the file back from a copy of the work folder, then run again',
  });
}
