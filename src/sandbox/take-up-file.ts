import { MigrationError } from '../domain/error.ts';
import { inspectFile } from './inspect-file.ts';
import type { JournalLine } from './journal.ts';
import type { FullSettings } from './settings.ts';
import type { Store } from './store.ts';
import { uploadReply } from './upload-reply.ts';

/**
 * Reads a kept file as it was read when it came, and stores it again with the same answer and the same breaches. Throws
 * `input.invalid` where the file is not the one of its journal line.
 */
export async function takeUpFile(
  path: string,
  line: JournalLine,
  { store, settings, signal }: { store: Store; settings: FullSettings; signal: AbortSignal },
): Promise<void> {
  const { sha256, readAt, refusedRows, arrival: _, ...file } = line;
  const read = { now: readAt, refuseRows: refusedRows, signal };
  const digest = await inspectFile(path, settings, read).catch((error: unknown) => {
    throw changed(path, error instanceof Error ? error.message : String(error), error);
  });
  if (digest.rawSha256 !== sha256) throw changed(path, 'its contents are others', undefined);
  if (digest.error !== null) throw changed(path, `${digest.error} ${digest.log}`, undefined);
  store.add(file, digest, uploadReply(file, digest, settings));
}

function changed(path: string, why: string, cause: unknown): MigrationError {
  return new MigrationError('input.invalid', `${path} is not as the sandbox stored it: ${why}`, {
    next: 'put the file back, or name another folder for accepted files and begin the migration anew',
    cause,
  });
}
