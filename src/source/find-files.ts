import { existsSync, statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { glob } from 'tinyglobby';
import { MigrationError } from '../domain/error.ts';

/** A file of a set. `name` is what rows, ledger and reports call it: it does not tell the machine's folders. */
export interface FoundFile {
  readonly path: string;
  readonly name: string;
}

/**
 * The files that match a set's patterns, each once, in the order of their names' UTF-8 bytes. A pattern is an absolute
 * path or glob with `/`; a path that exists is taken as it is written, whatever characters it has. Names are relative,
 * with `/`, to the deepest folder that all patterns share, so that they are unique and depend on the patterns alone.
 *
 * Throws `input.not-found` naming every pattern without a match.
 */
export async function findFiles(set: string, patterns: readonly string[]): Promise<readonly FoundFile[]> {
  const base = sharedFolder(patterns.map(folderOf));
  const found = new Map<string, FoundFile>();
  const missing: string[] = [];
  for (const pattern of patterns) {
    const paths = await match(pattern);
    if (paths.length === 0) missing.push(pattern);
    for (const path of paths) {
      const name = relative(base, path).split(sep).join('/');
      found.set(name, { path, name });
    }
  }
  if (missing.length > 0) {
    throw new MigrationError('input.not-found', `File set ${set}: no file matches ${missing.join(', ')}`, {
      next: `Correct source.paths.${set} in the migration file.`,
    });
  }
  return [...found.values()].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

async function match(pattern: string): Promise<readonly string[]> {
  if (existsSync(pattern) && statSync(pattern).isFile()) return [resolve(pattern)];
  const options = { cwd: folderOf(pattern), absolute: true, onlyFiles: true, expandDirectories: false };
  return (await glob(pattern, options)).map((path) => resolve(path));
}

/** The folder of a pattern up to its first wildcard. */
function folderOf(pattern: string): string {
  const parts = pattern.split('/');
  const wild = parts.findIndex((part) => /[*?[\]{}()!+@]/.test(part));
  const last = existsSync(pattern) && statSync(pattern).isFile() ? parts.length - 1 : wild;
  return parts.slice(0, last === -1 ? parts.length - 1 : last).join('/') || '/';
}

function sharedFolder(folders: readonly string[]): string {
  const [first = '/', ...others] = folders;
  let shared = first.split('/');
  for (const folder of others) {
    const parts = folder.split('/');
    const end = shared.findIndex((part, at) => part !== parts[at]);
    shared = end === -1 ? shared : shared.slice(0, end);
  }
  return shared.join('/') || '/';
}
