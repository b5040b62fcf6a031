import { existsSync, statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { glob } from 'tinyglobby';
import { MigrationError } from '../domain/error.ts';
import { isZip, listZip, type ZipMember } from './zip-members.ts';

/**
 * A file of a set, or a member of a zip archive at `path`. `name` is what rows, ledger and reports call it: it does not
 * tell the machine's folders; a member has its archive's name before its own.
 */
export interface FoundFile {
  readonly path: string;
  readonly name: string;
  readonly member?: ZipMember;
}

/**
 * The files that match a set's patterns, each once, in the order of their names' UTF-8 bytes. A pattern is an absolute
 * path or glob with `/`; a path that exists is taken as it is written, whatever characters it has. A folder stands for all
 * files in it and below, hidden ones aside, and a zip archive (told by its first bytes) for its members. Names are
 * relative, with `/`, to the deepest folder that all patterns share, so that they are unique and depend on the patterns
 * alone.
 *
 * Throws `input.not-found` naming every pattern without a match, `input.invalid` for an archive that cannot be read.
 */
export async function findFiles(set: string, patterns: readonly string[]): Promise<readonly FoundFile[]> {
  const written = patterns.map(readPattern);
  const base = sharedFolder(written.map(({ folder }) => folder));
  const found = new Map<string, FoundFile>();
  const missing: string[] = [];
  for (const [at, pattern] of written.entries()) {
    let matches = 0;
    for (const path of await match(pattern)) {
      const name = relative(base, path).split(sep).join('/');
      for (const file of await filesAt(path, name)) {
        found.set(file.name, file);
        matches++;
      }
    }
    if (matches === 0) missing.push(patterns[at] ?? '');
  }
  if (missing.length > 0) {
    throw new MigrationError('input.not-found', `File set ${set}: no file matches ${missing.join(', ')}`, {
      next: `Correct source.paths.${set} in the migration file.`,
    });
  }
  return [...found.values()].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

async function filesAt(path: string, name: string): Promise<readonly FoundFile[]> {
  if (!(await isZip(path))) return [{ path, name }];
  const members = await listZip(path, name);
  return [...members].map(([inner, member]) => ({ path, name: `${name}/${inner}`, member }));
}

interface Pattern {
  readonly kind: 'file' | 'folder' | 'glob';
  /** A path, or what is matched below `folder`. */
  readonly text: string;
  /** For a glob, the folder up to its first wildcard. */
  readonly folder: string;
}

function readPattern(pattern: string): Pattern {
  // Where a folder's name holds what means something in a glob, it comes with backslashes before it.
  for (const path of [pattern, pattern.replace(/\\(.)/g, '$1')]) {
    if (!existsSync(path)) continue;
    const kind = statSync(path);
    const whole = path.replace(/(?<=.)\/+$/, '');
    if (kind.isDirectory()) return { kind: 'folder', text: whole, folder: whole };
    if (kind.isFile()) return { kind: 'file', text: whole, folder: whole.slice(0, whole.lastIndexOf('/')) || '/' };
  }
  return { kind: 'glob', text: pattern, folder: folderOf(pattern) };
}

async function match({ kind, text, folder }: Pattern): Promise<readonly string[]> {
  if (kind === 'file') return [resolve(text)];
  const options = { cwd: folder, absolute: true, onlyFiles: true, expandDirectories: false };
  return (await glob(kind === 'folder' ? '**/*' : text, options)).map((path) => resolve(path));
}

function folderOf(pattern: string): string {
  const parts = pattern.split('/');
  const wild = parts.findIndex((part) => /[*?[\]{}()!+@]/.test(part));
  return parts.slice(0, wild === -1 ? parts.length - 1 : wild).join('/') || '/';
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
