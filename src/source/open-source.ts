import type { FileSetSpec } from '../config/mapping-schema.ts';
import type { ServerSource } from '../config/migration.ts';
import type { QueryScratch } from './files/query-files.ts';
import type { Source } from './source.ts';

/** Where the rows come from, as a migration says it; paths and globs are absolute. */
export type SourceSpec =
  | { readonly engine: 'sqlite'; readonly path: string }
  | { readonly engine: 'files'; readonly paths: Readonly<Record<string, readonly string[]>> }
  | ServerSource;

/**
 * `files` are the mapping's file sets, `scratch` is for queries over them; other engines have neither. `wasOpen`: a server was
 * reached before, so that a host whose name is not known is one that is away.
 */
export interface OpenSourceOptions {
  readonly source: SourceSpec;
  readonly files?: Readonly<Record<string, FileSetSpec>>;
  readonly scratch?: QueryScratch;
  readonly wasOpen?: boolean | undefined;
}

/**
 * Opens the source of a migration; the caller closes it. Throws `input.not-found` where a database or files are not
 * there, `input.invalid` where they are not what they should be, `source.unreachable` where they cannot be read.
 */
export async function openSource({ source, files = {}, scratch, wasOpen }: OpenSourceOptions): Promise<Source> {
  // A process loads the driver that it needs: all of them are a third of what a start costs.
  switch (source.engine) {
    case 'sqlite':
      return (await import('./sqlite/open-sqlite.ts')).openSqlite(source);
    case 'files': {
      const { openFiles } = await import('./files/open-files.ts');
      return openFiles({ paths: source.paths, files, ...(scratch !== undefined && { scratch }) });
    }
    case 'mysql':
      return (await import('./mysql/open-mysql.ts')).openMysql(source, { wasOpen });
    case 'postgres':
      return (await import('./postgres/open-postgres.ts')).openPostgres(source, { wasOpen });
  }
}
