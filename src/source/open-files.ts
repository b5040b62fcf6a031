import type { FileSetSpec } from '../config/mapping-schema.ts';
import { MigrationError } from '../domain/error.ts';
import type { Batch } from '../domain/row.ts';
import { distinctNames } from './distinct-names.ts';
import { type FileFormat, fileFormat } from './file-format.ts';
import { type FoundFile, findFiles } from './find-files.ts';
import { fileColumns, headerDifference, otherHeader, readHeader, readRows } from './read-rows.ts';
import type { InputFile, Source, SourceReader, StreamQuery } from './source.ts';

interface FileSet {
  readonly format: FileFormat;
  readonly files: readonly FoundFile[];
  /** The files' own columns, once they have been looked at. */
  columns?: readonly string[];
}

/** What a file source is opened with: patterns are absolute, with `/`; `files` are the mapping's declarations. */
export interface FilesOptions {
  readonly paths: Readonly<Record<string, readonly string[]>>;
  readonly files: Readonly<Record<string, FileSetSpec>>;
}

/**
 * CSV and TSV files as a source, plain or gzipped. A stream's files are read one after another, in the order of their
 * names, each row with `#file` and `#line` after its own columns. All files of a set have the same header.
 *
 * Single-pass: a range is ignored and there is nothing to count. Files have no snapshot; that they stay as they are is
 * seen by the digests of `files`, which appear when a stream has been read to its end.
 *
 * Throws `input.not-found` for a pattern without a file, `input.invalid` for a set that cannot be read.
 */
export async function openFiles({ paths, files: specs }: FilesOptions): Promise<Source> {
  const sets = new Map<string, FileSet>();
  for (const [set, spec] of Object.entries(specs)) {
    const patterns = paths[set];
    if (patterns === undefined) continue;
    sets.set(set, { format: fileFormat(set, spec), files: await findFiles(set, patterns) });
  }
  const undeclared = Object.keys(paths).filter((set) => specs[set] === undefined);
  if (undeclared.length > 0) {
    throw new MigrationError(
      'input.invalid',
      `source.paths names ${undeclared.join(', ')}, which the mapping does not`,
      {
        next: 'Declare the set under `files` in the mapping, or remove its paths.',
      },
    );
  }
  const digests = new Map<string, readonly InputFile[]>();
  let closed = false;

  const setOf = ({ stream, rows }: StreamQuery): [string, FileSet] => {
    if (closed) throw new Error('The source is closed');
    const set = rows === undefined ? undefined : sets.get(rows);
    if (rows !== undefined && set !== undefined) return [rows, set];
    const says = rows === undefined ? 'has no `rows`' : `reads file set ${rows}, which has no files`;
    throw new MigrationError('input.invalid', `Stream ${stream} ${says}`, {
      next: 'Name a file set of the mapping in `rows`, and give it files under source.paths in the migration file.',
    });
  };

  const read = async function* (stream: StreamQuery, _: unknown, signal?: AbortSignal): AsyncGenerator<Batch> {
    signal?.throwIfAborted();
    const [name, set] = setOf(stream);
    const columns = await ownColumns(name, set);
    const found: InputFile[] = [];
    for (const file of set.files) {
      const digest = { size: 0, sha256: '' };
      for await (const batch of readRows(file, set.format, columns, digest, signal)) {
        yield batch;
        signal?.throwIfAborted();
        if (closed) throw new Error('The source is closed');
      }
      found.push({ set: name, path: file.name, ...digest });
    }
    digests.set(name, found);
  };
  const reader: SourceReader = { read };

  return {
    identity: { engine: 'files', sets: [...sets.keys()].sort().join(',') },
    columns: async (stream) => [...(await ownColumns(...setOf(stream))), ...fileColumns],
    count: async ({ stream }) => {
      throw new Error(`Stream ${stream} is read from files: they are read once and cannot be counted by window`);
    },
    snapshot: async (use) => {
      if (closed) throw new Error('The source is closed');
      return use(reader);
    },
    files: () => [...digests.keys()].sort().flatMap((set) => digests.get(set) ?? []),
    close: async () => {
      closed = true;
    },
  };
}

/** Looks at the beginning of every file, once, so that a file that does not fit is told before anything is built. */
async function ownColumns(name: string, set: FileSet): Promise<readonly string[]> {
  if (set.columns !== undefined) return set.columns;
  let columns: readonly string[] | null = null;
  for (const file of set.files) {
    const header = await readHeader(file, set.format);
    if (header === null && set.format.header === 'none') continue;
    if (header === null) {
      throw new MigrationError('input.invalid', `File ${file.name} is empty: it has no header`, {
        next: `Remove the file, or correct the paths of file set ${name}.`,
      });
    }
    // Where columns have no names, a row of another width is a fault of that row.
    const difference = columns === null || set.format.header === 'none' ? null : headerDifference(header, columns);
    if (difference !== null) throw otherHeader(file, difference);
    columns ??= header;
  }
  const found = distinctNames(columns ?? [], `The header of file set ${name}`);
  const reserved = fileColumns.filter((column) => found.includes(column));
  if (reserved.length > 0) {
    throw new MigrationError('input.invalid', `File set ${name} has a column named ${reserved.join(' and ')}`, {
      next: 'Rename the column: these names stand for the file and the line of each row.',
    });
  }
  set.columns = found;
  return found;
}
