import type { FileSetSpec } from '../config/mapping-schema.ts';
import { type CsvDialect, dialectFault } from '../csv/dialect.ts';
import { MigrationError } from '../domain/error.ts';
import type { Charset } from './charset.ts';

/** How the CSV files of a set are read. `header`: in each file's first row, absent, or given. */
export interface FileFormat {
  readonly dialect: CsvDialect;
  readonly header: 'first row' | 'none' | readonly string[];
  readonly charset: Charset;
}

/** What a file set's declaration means; throws `input.invalid` for a dialect that cannot be read. */
export function fileFormat(set: string, spec: FileSetSpec): FileFormat {
  const { delimiter = ',', quote = '"', header = 'true', comment, charset = 'utf-8' } = spec;
  const refuse = (says: string): never => {
    throw new MigrationError('input.invalid', `File set ${set}: ${says}`, {
      next: `Correct files.${set} in the mapping.`,
    });
  };
  const dialect: CsvDialect = {
    delimiter,
    quote: quote === 'none' ? null : quote,
    // A quote is always escaped by doubling it.
    ...(spec.escape !== undefined && spec.escape !== quote && { escape: spec.escape }),
    ...(comment !== undefined && { comment }),
  };
  const fault = dialectFault(dialect);
  if (fault !== null) refuse(fault);
  if (delimiter === '\\t') refuse('the delimiter is a backslash and a t: write a tab as "\\t", in double quotes');
  const names = header === 'true' ? 'first row' : header === 'false' ? 'none' : header;
  return { dialect, header: names, charset };
}
