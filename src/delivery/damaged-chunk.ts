import type { Chunk, ChunkState } from '../domain/chunk.ts';
import { MigrationError } from '../domain/error.ts';

/**
 * The stop for a chunk whose file is not the one that was sealed; `what` says in which way, `whyNot` why it could not be
 * built again, where that was tried.
 */
export function damagedChunk(
  { path, group, state }: Pick<Chunk, 'path' | 'group' | 'state'>,
  what: string,
  whyNot: string | null = null,
): MigrationError {
  const tried = whyNot === null ? '' : `; and it cannot be built again: ${whyNot}`;
  return new MigrationError('chunk.damaged', `chunk ${path} (lane ${group}) cannot be sent: ${what}${tried}`, {
    next: `put the file back from a copy of the work folder${isUnsent(state) ? otherWay(whyNot !== null) : ', then run again'}`,
  });
}

/** Its file is nowhere but in the work folder, and nothing depends on how it was compressed: it can be built again. */
export function isUnsent(state: ChunkState): boolean {
  return state === 'sealed' || state === 'linted';
}

function otherWay(wasTried: boolean): string {
  return wasTried
    ? ', or bring source, mapping and settings back as they were when it was built, then run again'
    : ', then run again; without a copy, run again all the same: what is lost is built again from the source, and taken only where it has the same bytes';
}

/** The stop for a chunk whose file the system does not give just now; `word` is its code word. Nothing is wrong with the file. */
export function unreadableChunk({ path, group }: Pick<Chunk, 'path' | 'group'>, word: string): MigrationError {
  return new MigrationError('disk.failed', `chunk ${path} (lane ${group}) cannot be read: ${word}`, {
    next: 'look after the disk or the network folder, the permissions and the limit of open files (ulimit -n), then run again; the file itself stays as it is',
  });
}
