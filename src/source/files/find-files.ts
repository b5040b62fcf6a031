import { readdir, realpath, type Stats, stat, statSync } from 'node:fs';
import { basename, relative, resolve, sep } from 'node:path';
import { type GlobOptions, glob } from 'tinyglobby';
import { MigrationError } from '../../domain/error.ts';
import { isNoName, misnamed } from './file-error.ts';
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
 * Throws `input.not-found` naming every pattern without a match, `source.unreachable` where a folder cannot be looked into,
 * whose files would be missing without a word, `input.invalid` for an archive that cannot be read and for a name that is
 * not UTF-8.
 * What reading a file throws besides: `fileError`.
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
  if (!(await isZip(path, name))) return [{ path, name }];
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
    const kind = statAt(path);
    const whole = path.replace(/(?<=.)\/+$/, '');
    if (kind?.isDirectory()) return { kind: 'folder', text: whole, folder: whole };
    if (kind?.isFile()) return { kind: 'file', text: whole, folder: whole.slice(0, whole.lastIndexOf('/')) || '/' };
  }
  return { kind: 'glob', text: pattern, folder: folderOf(pattern) };
}

/** `null` where nothing can be said of a path; looking for it as a pattern tells why. */
function statAt(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

async function match({ kind, text, folder }: Pattern): Promise<readonly string[]> {
  if (kind === 'file') return [resolve(text)];
  const faults: NodeJS.ErrnoException[] = [];
  const fs = tellingFaults((fault) => faults.push(fault));
  const options = { cwd: folder, absolute: true, onlyFiles: true, expandDirectories: false, fs };
  const found = await glob(kind === 'folder' ? '**/*' : text, options);
  const [fault] = faults;
  // Of two names that are shown alike, one is not what it shows.
  const twin = found.find((path, at) => isNoName(path) && found.indexOf(path) < at);
  if (twin !== undefined) throw misnamed(twin);
  if (fault === undefined) return found.map((path) => resolve(path));
  if (fault.path !== undefined && isNoName(fault.path)) throw misnamed(resolve(fault.path), fault);
  throw new MigrationError('source.unreachable', `The files of ${text} cannot be listed: ${fault.message}`, {
    next: 'Check the permissions of the folder and the disk, or write a pattern that leaves it out, then run again.',
    cause: fault,
  });
}

/** Of the root of a file system, closed to most users, and without exports. */
const systemFolders: ReadonlySet<string> = new Set(['lost+found', 'System Volume Information']);

/**
 * The file system for a search that itself passes over all that it cannot look at. A link whose end is missing counts as a
 * file, so that reading it says so where a pattern matches it.
 */
function tellingFaults(tell: (fault: NodeJS.ErrnoException) => void): NonNullable<GlobOptions['fs']> {
  type Told<T> = (fault: NodeJS.ErrnoException | null, found: T) => void;
  const unlessGone = (fault: NodeJS.ErrnoException): void => {
    const isGone = ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(fault.code ?? '');
    if (!isGone || isNoName(fault.path ?? '')) tell(fault);
  };
  const search = {
    readdir: (path: string, options: { withFileTypes: true }, told: Told<unknown>) =>
      readdir(path, options, (fault, entries) => {
        if (fault !== null && !systemFolders.has(basename(path))) unlessGone(fault);
        told(fault, entries);
      }),
    realpath: (path: string, told: Told<string>) =>
      realpath(path, (fault, end) => {
        if (fault !== null) unlessGone(fault);
        told(null, fault === null ? end : path);
      }),
    stat: (path: string, told: Told<Pick<Stats, 'isDirectory'>>) =>
      stat(path, (fault, found) => {
        if (fault !== null) unlessGone(fault);
        told(null, fault === null ? found : { isDirectory: () => false });
      }),
  };
  return search as unknown as NonNullable<GlobOptions['fs']>;
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
