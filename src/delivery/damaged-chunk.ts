import type { Chunk } from '../domain/chunk.ts';
import { MigrationError } from '../domain/error.ts';

/**
 * The stop for a chunk whose file is not the one that was sealed; `what` says in which way, `whyNot` why it could not be
 * built again, where that was tried.
 */
export function damagedChunk(
  { path, group }: Pick<Chunk, 'path' | 'group'>,
  what: string,
  whyNot: string | null = null,
): MigrationError {
  const tried = whyNot === null ? '' : `; and it cannot be built again: ${whyNot}`;
  return new MigrationError('chunk.damaged', `chunk ${path} (lane ${group}) cannot be sent: ${what}${tried}`, {
    next:
      whyNot === null
        ? 'put the file back from a copy of the work folder, then run again; without a copy, run again all the same: what is lost is built again from the source, and taken only where it has the same bytes'
        : 'put the file back from a copy of the work folder, or bring source, mapping and settings back as they were when it was built, then run again',
  });
}

/** The stop for a chunk whose file the system does not give just now; `word` is its code word. Nothing is wrong with the file. */
export function unreadableChunk({ path, group }: Pick<Chunk, 'path' | 'group'>, word: string): MigrationError {
  return new MigrationError('disk.failed', `chunk ${path} (lane ${group}) cannot be read: ${word}`, {
    next: 'look after the disk or the network folder, the permissions and the limit of open files (ulimit -n), then run again; the file itself stays as it is',
  });
}
