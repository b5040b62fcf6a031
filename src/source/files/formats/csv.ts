import type { FileSetSpec } from '../../../config/mapping-schema.ts';
import { createStretchCutter } from '../../../csv/plain-reader.ts';
import { MigrationError } from '../../../domain/error.ts';
import { fileFormat } from '../file-format.ts';
import { cutRows, headerDifference, otherHeader, readHeader, readRows, readUncutRows } from '../read-rows.ts';
import type { FileReader } from './file-reader.ts';

/** CSV and its dialects. All files of a set have the same header; throws `input.invalid` for a dialect that cannot be. */
export function csvReader(set: string, spec: FileSetSpec): FileReader {
  const format = fileFormat(set, spec);
  const cut = createStretchCutter(format.dialect, format.charset);
  return {
    async columns(files, signal) {
      let columns: readonly string[] | null = null;
      for (const file of files) {
        signal?.throwIfAborted();
        const header = await readHeader(file, format);
        if (header === null && format.header === 'none') continue;
        if (header === null) {
          throw new MigrationError('input.invalid', `File ${file.name} is empty: it has no header`, {
            next: `Remove the file, or correct the paths of file set ${set}.`,
          });
        }
        // Where columns have no names, a row of another width is a fault of that row.
        const difference = columns === null || format.header === 'none' ? null : headerDifference(header, columns);
        if (difference !== null) throw otherHeader(file, difference);
        columns ??= header;
      }
      return columns ?? [];
    },
    rows: (file, columns, digest, signal) => readRows(file, format, columns, digest, signal),
    ...(cut !== null && {
      uncut: {
        rows: (file, columns, digest, signal) => readUncutRows(file, format, columns, cut, digest, signal),
        cut: (stretch, columns) => cutRows(stretch, format, columns, cut),
      },
    }),
  };
}
