import { readFile } from 'node:fs/promises';
import { MigrationError } from '../domain/error.ts';
import type { Problem } from '../domain/problem.ts';
import { problemAt } from './problems.ts';

/** What the system says where the disk, the network behind it or the machine is at fault, and no other name would help. */
const ofTheSystem: ReadonlySet<string> = new Set([
  'EIO',
  'ESTALE',
  'ETIMEDOUT',
  'ENOTCONN',
  'EHOSTDOWN',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
]);

/**
 * The bytes of a file that a person named; or, where what was named cannot be read, the system's code for why. Throws
 * `disk.failed` where something else than the name is at fault.
 */
export async function readBytes(path: string): Promise<Buffer | string> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code = 'unknown', message } = error as NodeJS.ErrnoException;
    if (!ofTheSystem.has(code)) return code;
    const next = 'Look after the disk or the machine, then try again.';
    throw new MigrationError('disk.failed', `${path} cannot be read: ${message}`, { next, cause: error });
  }
}

/** The problem of a file that cannot be read; it has no line to point at. */
export function unreadable(file: string, what: 'migration' | 'file'): Problem {
  const message = what === 'file' ? 'the file cannot be read' : `the ${what} file cannot be read`;
  return { ...problemAt(null, 'file.not-found', message, 'name a file that is there and that you may read'), file };
}
