import { readFile } from 'node:fs/promises';

/** The bytes of a file; `null` where it cannot be read. */
export async function readBytes(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch {
    return null;
  }
}

/** The text of a file, as UTF-8; `null` where it cannot be read. */
export async function readText(path: string): Promise<string | null> {
  return (await readBytes(path))?.toString('utf8') ?? null;
}
