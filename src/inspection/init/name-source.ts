import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { parseDatabaseUrl } from '../../config/database-url.ts';
import { resolveSource } from '../../config/resolve-source.ts';
import { sourceSchema } from '../../config/source-schema.ts';
import { MigrationError } from '../../domain/error.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Context } from '../../migration/context.ts';
import { findFiles } from '../../source/files/find-files.ts';
import type { SourceSpec } from '../../source/open-source.ts';
import { saidFault } from './said-fault.ts';

/** A source that a person named, and how a migration names it. */
export interface NamedSource {
  readonly spec: SourceSpec;
  /** What the migration says of it beside the engine, without any secret: a path, globs, or nothing for a server. */
  readonly path: string | readonly string[] | null;
  /** For people, without any secret. */
  readonly says: string;
}

/** The variable that holds a server's URL, for `init` and for the migration that it writes. */
export const urlVariable = 'LEGACY_DB_URL';

/**
 * What was named, ready to be opened: a SQLite file, else files; where nothing is, the server of `LEGACY_DB_URL`. Nothing
 * is connected to. Paths are written from `folder`, where the migration will lie. Gives the fault where it is none.
 */
export async function nameSource(
  sources: readonly string[],
  folder: string,
  env: Context['env'],
): Promise<NamedSource | Problem> {
  const [first, ...others] = sources;
  if (first === undefined) return nameServer(env[urlVariable] ?? '', folder);
  if (sources.some((source) => /^[a-z][a-z0-9+.-]*:\/\//i.test(source))) {
    const hint = `set ${urlVariable} to it, in the environment or in ${join(folder, '.env')}, and name no source`;
    return saidFault('source', 'a URL on a command line is seen by others and kept by the shell', hint);
  }
  const fromFolder = (path: string): string => relative(folder, resolve(path)).split(sep).join('/');
  if (others.length === 0 && isSqlite(first)) {
    const path = resolve(first);
    return { spec: { engine: 'sqlite', path }, path: fromFolder(path), says: `SQLite database ${basename(path)}` };
  }
  const spec = resolveSource({ engine: 'files', paths: { hits: [...sources] } }, resolve('.'));
  if (spec.engine !== 'files') throw new Error('files are files');
  const patterns = spec.paths['hits'] ?? [];
  const isThere = await Promise.all(patterns.map(holdsFiles));
  const missing = sources.filter((_, at) => isThere[at] === false);
  if (missing.length > 0) return saidFault('source', `there is no file at ${missing.join(', ')}`, 'correct the path');
  return {
    spec,
    path: sources.map(fromFolder),
    says: `files ${sources.slice(0, 3).join(', ')}${others.length > 2 ? ' …' : ''}`,
  };
}

async function holdsFiles(pattern: string): Promise<boolean> {
  try {
    return (await findFiles('hits', [pattern])).length > 0;
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'input.not-found') return false;
    throw error;
  }
}

/** No part of the URL is in any message: each may be part of a password. */
function nameServer(url: string, folder: string): NamedSource | Problem {
  if (url === '') {
    const hint = `name a SQLite file or files, or set ${urlVariable} in the environment or in ${join(folder, '.env')}`;
    return saidFault('source', 'no source is named', hint);
  }
  const engine = /^(?:mysql|mariadb):/i.test(url) ? 'mysql' : 'postgres';
  if (!/^(?:postgres|postgresql|mysql|mariadb):/i.test(url)) {
    const message = `${urlVariable} is no URL of PostgreSQL, MySQL or MariaDB`;
    return saidFault('source', message, 'such as postgresql://user:password@host:5432/database');
  }
  const parsed = parseDatabaseUrl(url, engine);
  if ('faults' in parsed) {
    const [messages, hints] = [parsed.faults.map(([message]) => message), parsed.faults.map(([, hint]) => hint)];
    return saidFault('source', `${urlVariable} cannot be used: ${messages.join('; ')}`, hints.join('; '));
  }
  const spec = resolveSource(sourceSchema.parse({ engine, url }), '.');
  const server = engine === 'postgres' ? 'PostgreSQL' : 'MySQL or MariaDB';
  return { spec: spec as SourceSpec, path: null, says: `${server} database ${parsed.database}` };
}

const sqliteMark = 'SQLite format 3\0';

/** False for a file that cannot be read, too: it is looked for as any other file then, which says so. */
function isSqlite(path: string): boolean {
  let file: number | null = null;
  try {
    if (!statSync(path).isFile()) return false;
    file = openSync(path, 'r');
    const head = Buffer.alloc(sqliteMark.length);
    readSync(file, head, 0, head.length, 0);
    return head.toString('latin1') === sqliteMark;
  } catch {
    return false;
  } finally {
    if (file !== null) closeSync(file);
  }
}
