import { open } from 'node:fs/promises';
import { type Entry, fromFdPromise, type ZipFile } from 'yauzl';
import { MigrationError } from '../../domain/error.ts';
import { fileError } from './file-error.ts';

/** Where a member of a zip archive stands in it. Sizes in bytes; `crc` is the CRC-32 of the unpacked bytes. */
export interface ZipMember {
  readonly start: number;
  readonly packed: number;
  readonly deflated: boolean;
  readonly size: number;
  readonly crc: number;
}

/**
 * True for a file that begins as a zip archive does (APPNOTE 4.3), whatever its name. One that cannot be read is told here:
 * taken for no archive, it would be read as something else a moment later.
 */
export async function isZip(path: string, name: string): Promise<boolean> {
  try {
    const handle = await open(path);
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
      const mark = bytesRead === 4 ? buffer.readUInt32LE(0) : 0;
      return mark === 0x04034b50 || mark === 0x06054b50;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError({ name, path }, error);
  }
}

/**
 * An archive's members by their names, folders and hidden ones aside (a name or a folder that begins with a dot, and
 * `__MACOSX`). Nothing is unpacked. `archive` names it in messages. Throws `input.invalid` for an archive that is damaged,
 * or has a member that is encrypted or packed otherwise than by deflate.
 */
export async function listZip(path: string, archive: string): Promise<ReadonlyMap<string, ZipMember>> {
  const handle = await open(path);
  try {
    const found = new Map<string, ZipMember>();
    const zip = await fromFdPromise(handle.fd, { autoClose: false });
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName;
      if (name.endsWith('/') || name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX')) continue;
      if (found.has(name)) throw new Error(`two members are named ${name}`);
      found.set(name, await memberOf(zip, entry, archive));
    }
    return found;
  } catch (thrown) {
    const error = fileError({ name: archive, path }, thrown);
    if (error instanceof MigrationError || !(error instanceof Error)) throw error;
    throw new MigrationError('input.invalid', `Archive ${archive} is damaged: ${error.message}`, {
      next: 'Copy the archive again.',
      cause: error,
    });
  } finally {
    await handle.close();
  }
}

async function memberOf(zip: ZipFile, entry: Entry, archive: string): Promise<ZipMember> {
  const refuse = (says: string) =>
    new MigrationError('input.invalid', `Archive ${archive}: its member ${entry.fileName} is ${says}`, {
      next: 'Unpack the archive and name the files themselves.',
    });
  if (entry.isEncrypted()) throw refuse('encrypted');
  const { compressionMethod: method } = entry;
  if (method !== 0 && method !== 8) throw refuse(`packed by method ${method}, neither stored nor deflated`);
  const { fileDataStart: start } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const { compressedSize: packed, uncompressedSize: size, crc32: crc } = entry;
  return { start, packed, deflated: method === 8, size, crc };
}
