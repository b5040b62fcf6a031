import type { FileSetSpec } from '../../config/mapping-schema.ts';
import { MigrationError } from '../../domain/error.ts';
import { fileColumns } from '../../domain/row.ts';
import { distinctNames } from '../distinct-names.ts';
import { type FoundFile, findFiles } from './find-files.ts';
import { csvReader } from './formats/csv.ts';
import type { FileReader } from './formats/file-reader.ts';
import { jsonlReader } from './formats/jsonl.ts';
import { parquetReader } from './formats/parquet.ts';
import { patternReader } from './formats/pattern.ts';
import { w3cReader } from './formats/w3c.ts';

/** A file set of a mapping with the files that it has. */
export interface FileSet {
  readonly name: string;
  readonly format: FileSetSpec['format'];
  readonly reader: FileReader;
  readonly files: readonly FoundFile[];
  /**
   * The set's own columns. Looks at every file, once, so that a file that does not fit is told before anything is built:
   * `input.invalid`, as for columns of the same name or of those in `fileColumns`.
   */
  columns(signal?: AbortSignal): Promise<readonly string[]>;
}

/** Throws `input.invalid` for a format that cannot be read, and what `findFiles` throws. */
export async function openFileSet(name: string, spec: FileSetSpec, patterns: readonly string[]): Promise<FileSet> {
  const reader = readerOf(name, spec);
  const files = await findFiles(name, patterns);
  let columns: readonly string[] | null = null;
  return {
    name,
    format: spec.format,
    reader,
    files,
    columns: async (signal) => {
      columns ??= ownNames(name, await reader.columns(files, signal));
      return columns;
    },
  };
}

function readerOf(set: string, spec: FileSetSpec): FileReader {
  switch (spec.format) {
    case 'csv':
      return csvReader(set, spec);
    case 'jsonl':
      return jsonlReader(spec);
    case 'lines':
      return patternReader(set, spec);
    case 'w3c':
      return w3cReader(spec);
    case 'parquet':
      return parquetReader();
  }
}

function ownNames(set: string, names: readonly string[]): readonly string[] {
  const own = distinctNames(
    names,
    `The header of file set ${set}`,
    'Name one of them otherwise in the files; without a header, give names of your own in the mapping.',
  );
  const reserved = fileColumns.filter((column) => own.includes(column));
  if (reserved.length === 0) return own;
  throw new MigrationError('input.invalid', `File set ${set} has a column named ${reserved.join(' and ')}`, {
    next: 'Rename the column: these names stand for the file and the line of each row.',
  });
}
