import { readFile } from 'node:fs/promises';

/** The text of a file, as UTF-8; `null` where it cannot be read. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}
