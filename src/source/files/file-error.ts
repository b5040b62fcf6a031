import { MigrationError } from '../../domain/error.ts';

/** The stop of a file or an archive that does not hold what it should. */
export function damaged(name: string, says: string, cause?: unknown): MigrationError {
  return new MigrationError('input.invalid', `File ${name} is damaged: ${says}`, {
    next: 'Copy or export the file again.',
    cause,
  });
}

/** Whether a path may stand for a name that is not UTF-8, which Node shows with U+FFFD and then does not find. */
export function isNoName(path: string): boolean {
  return path.includes('\uFFFD');
}

/** The stop of a file or folder whose name is not UTF-8. */
export function misnamed(path: string, cause?: unknown): MigrationError {
  return new MigrationError('input.invalid', `${path} cannot be opened: a name in it is not UTF-8`, {
    next: 'Rename what U+FFFD (\uFFFD) is shown of (convmv does it for whole folders), then run again.',
    cause,
  });
}

/**
 * What reading a file has thrown, as a stop that a person can act on: `input.not-found` for one that is gone,
 * `source.unreachable` for what the system refuses, `input.invalid` for bytes that cannot be unpacked. Anything else comes
 * back as it is: a bug.
 */
export function fileError({ name, path }: { readonly name: string; readonly path: string }, error: unknown): unknown {
  if (error instanceof MigrationError || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (code.startsWith('Z_')) return damaged(name, error.message, error);
  if (code === 'ENOENT' && isNoName(path)) return misnamed(path, error);
  if (code === 'ENOENT') {
    return new MigrationError('input.not-found', `File ${path} is gone`, { next: 'Put it back.', cause: error });
  }
  if (/^E[A-Z]+$/.test(code)) {
    return new MigrationError('source.unreachable', `File ${path} cannot be read: ${error.message}`, {
      next: 'Check its permissions and the disk, then run again.',
      cause: error,
    });
  }
  return error;
}
