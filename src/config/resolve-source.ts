import { posix, resolve, sep } from 'node:path';
import type { ServerEngine } from './database-url.ts';
import { isLoopback } from './fields.ts';
import type { MigrationSource, ServerSource, ServerTls } from './migration.ts';
import { defaultPorts, type SourceSpec } from './source-schema.ts';

/** The source that a checked `source` means, paths from `folder`. The files of `tls` are left as written: they have to be read. */
export function resolveSource(source: SourceSpec, folder: string): MigrationSource {
  switch (source.engine) {
    case 'sqlite':
      return { engine: 'sqlite', path: resolve(folder, source.path) };
    case 'files':
      return { engine: 'files', paths: absoluteGlobs(folder, source.paths) };
    default:
      return resolveServer(source);
  }
}

type ServerSpec = Extract<SourceSpec, { readonly engine: ServerEngine }>;

function resolveServer(source: ServerSpec): ServerSource {
  const { engine, url, tls, timeouts } = source;
  const place = url ?? source;
  const socket = place.socket ?? null;
  const host = place.host ?? 'localhost';
  return {
    engine,
    host,
    port: place.port ?? defaultPorts[engine],
    socket,
    // The schema has seen to it that there are a user and a database.
    user: place.user ?? '',
    password: place.password ?? null,
    database: place.database ?? '',
    tls: {
      mode: tls.mode ?? url?.tlsMode ?? defaultMode(tls.ca, socket, host),
      ca: tls.ca ?? null,
      certificate: tls.certificate ?? null,
      key: tls.key ?? null,
    },
    timeouts: { connectMs: timeouts.connect, statementMs: timeouts.statement, lockMs: timeouts.lock },
    snapshot: source.snapshot,
  };
}

function defaultMode(ca: string | undefined, socket: string | null, host: string): ServerTls['mode'] {
  if (ca !== undefined) return 'verify-full';
  return socket !== null || isLoopback(host === '::1' ? '[::1]' : host) ? 'disable' : 'require';
}

function absoluteGlobs(folder: string, paths: Readonly<Record<string, string | string[]>>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(paths).map(([set, globs]) => [
      set,
      (typeof globs === 'string' ? [globs] : globs).map((glob) => absoluteGlob(folder, glob)),
    ]),
  );
}

/** The folder's own name may hold characters that mean something in a glob; only the written part is a pattern. */
function absoluteGlob(folder: string, glob: string): string {
  if (posix.isAbsolute(glob)) return posix.normalize(glob);
  const literal = folder
    .split(sep)
    .join('/')
    .replace(/[()[\]{}!*?@+]/g, '\\$&');
  return posix.join(literal, glob);
}
