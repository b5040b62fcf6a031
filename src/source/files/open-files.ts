import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { FileSetSpec } from '../../config/mapping-schema.ts';
import { MigrationError } from '../../domain/error.ts';
import type { FileStamp, InputFile } from '../../domain/input-file.ts';
import { type Batch, fileColumns } from '../../domain/row.ts';
import type { FileReading, ShortenedColumn, Source, SourceReader, StreamQuery } from '../source.ts';
import { noDigest, readDigest } from './file-bytes.ts';
import { type FileSet, openFileSet } from './file-set.ts';
import type { FoundFile } from './find-files.ts';
import { createFileQueries, type QueryScratch } from './query-files.ts';

/** What a file source is opened with: patterns are absolute, with `/`; `files` are the mapping's declarations. */
export interface FilesOptions {
  readonly paths: Readonly<Record<string, readonly string[]>>;
  readonly files: Readonly<Record<string, FileSetSpec>>;
  /** For queries; without it they have the system's folder for temporary files, and 256 MB. */
  readonly scratch?: QueryScratch;
}

/**
 * Files as a source, plain, gzipped, or members of zip archives; each set in a format of its own. A stream's files are
 * read one after another, in the order of their names, each row with `#file` and `#line` after its own columns. A stream
 * with a query has the columns that it returns, whatever they are.
 *
 * Single-pass: a range is ignored and there is nothing to count. Files have no snapshot; that they stay as they are is
 * seen by the digests of `files`, which appear when a stream has been read to its end.
 *
 * Throws `input.not-found` for a pattern without a file, `input.invalid` for a set that cannot be read.
 */
export async function openFiles({ paths, files: specs, scratch = systemScratch() }: FilesOptions): Promise<Source> {
  const sets = new Map<string, FileSet>();
  for (const [set, spec] of Object.entries(specs)) {
    const patterns = paths[set];
    if (patterns === undefined) continue;
    sets.set(set, await openFileSet(set, spec, patterns));
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
  const queries = createFileQueries({ sets: [...sets.values()], scratch });
  let closed = false;
  const assertOpen = () => {
    if (closed) throw new Error('The source is closed');
  };

  const setOf = ({ stream, rows }: StreamQuery): FileSet => {
    assertOpen();
    const set = rows === undefined ? undefined : sets.get(rows);
    if (set !== undefined) return set;
    const says = rows === undefined ? 'has no `rows`' : `reads file set ${rows}, which has no files`;
    throw new MigrationError('input.invalid', `Stream ${stream} ${says}`, {
      next: 'Name a file set of the mapping in `rows`, and give it files under source.paths in the migration file.',
    });
  };

  const setsOf = (stream: StreamQuery): readonly FileSet[] => {
    assertOpen();
    return stream.query === undefined ? [setOf(stream)] : queries.setsOf(stream);
  };

  const read = async function* (
    stream: StreamQuery,
    _: unknown,
    signal?: AbortSignal,
    { passOver = none, uncut = false }: FileReading = {},
  ): AsyncGenerator<Batch> {
    signal?.throwIfAborted();
    if (stream.query !== undefined) {
      assertOpen();
      for await (const batch of queries.read(stream, digests, signal)) {
        yield batch;
        assertOpen();
      }
      return;
    }
    const set = setOf(stream);
    const columns = await set.columns(signal);
    const found: InputFile[] = [];
    for (const file of set.files) {
      if (passOver.has(file.name)) continue;
      const digest = noDigest();
      const { rows } = (uncut ? set.reader.uncut : undefined) ?? set.reader;
      for await (const batch of rows(file, columns, digest, signal)) {
        yield batch;
        signal?.throwIfAborted();
        assertOpen();
      }
      const ended = { set: set.name, path: file.name, ...digest };
      found.push(ended);
      yield { rows: [], ended: [ended] };
    }
    digests.set(set.name, found);
  };
  const reader: SourceReader = { read };

  return {
    identity: { engine: 'files', sets: [...sets.keys()].sort().join(',') },
    columns: async (stream, signal) => {
      assertOpen();
      if (stream.query !== undefined) return queries.columns(stream, signal);
      return [...(await setOf(stream).columns(signal)), ...fileColumns];
    },
    count: async ({ stream }) => {
      throw new Error(`Stream ${stream} is read from files: they are read once and cannot be counted by window`);
    },
    snapshot: async (use) => {
      assertOpen();
      return use(reader);
    },
    shortened: async (stream) => {
      const found: ShortenedColumn[] = [];
      for (const set of setsOf(stream)) found.push(...((await set.reader.shortened?.(set.files)) ?? []));
      return found;
    },
    stamps: async (stream) => {
      const stamps: FileStamp[] = [];
      for (const { name, files } of setsOf(stream)) {
        for (const file of files) stamps.push(await stampOf(name, file));
      }
      return stamps;
    },
    digest: async ({ set, path }, signal) => {
      assertOpen();
      const file = sets.get(set)?.files.find(({ name }) => name === path);
      if (file === undefined) throw new Error(`File set ${set} has no file ${path}`);
      return { set, path, ...(await readDigest(file, signal)) };
    },
    cut: async (stream, stretch) => {
      const { name, reader, columns } = setOf(stream);
      if (reader.uncut === undefined) throw new Error(`File set ${name} has no stretches`);
      return reader.uncut.cut(stretch, await columns());
    },
    files: () => [...digests.keys()].sort().flatMap((set) => digests.get(set) ?? []),
    close: async () => {
      closed = true;
    },
  };
}

const none: ReadonlySet<string> = new Set();

/** A member's size is that of its packed bytes, as in its digest. */
async function stampOf(set: string, { name, path, member }: FoundFile): Promise<FileStamp> {
  try {
    const { size, mtimeNs } = await stat(path, { bigint: true });
    return { set, path: name, size: member?.packed ?? Number(size), modified: String(mtimeNs) };
  } catch (cause) {
    const says = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError('source.unreachable', `File ${path} cannot be looked at: ${says}`, {
      next: 'Put it back or check its permissions, then run again.',
      cause,
    });
  }
}

function systemScratch(): QueryScratch {
  return { folder: tmpdir(), memoryBytes: 256e6 };
}
