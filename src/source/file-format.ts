import type { FileSetSpec } from '../config/mapping-schema.ts';
import { type CsvDialect, dialectFault } from '../csv/dialect.ts';
import { MigrationError } from '../domain/error.ts';

/** How the files of a set are read. `header`: in each file's first row, absent, or given. */
export interface FileFormat {
  readonly dialect: CsvDialect;
  readonly header: 'first row' | 'none' | readonly string[];
}

/** What a file set's declaration means; throws `input.invalid` for what cannot be read, or not yet. */
export function fileFormat(set: string, spec: FileSetSpec): FileFormat {
  const { format, delimiter = ',', quote = '"', header = 'true', comment, charset = 'utf-8' } = spec;
  const refuse = (says: string, next = `Correct files.${set} in the mapping.`): never => {
    throw new MigrationError('input.invalid', `File set ${set}: ${says}`, { next });
  };
  if (format !== 'csv') refuse(`format ${format} is not supported yet`, 'Convert the files to CSV.');
  if (!/^utf-?8$/i.test(charset)) refuse(`charset ${charset} is not supported yet`, 'Convert the files to UTF-8.');
  if (spec.escape !== undefined && spec.escape !== quote) {
    refuse(`escape ${JSON.stringify(spec.escape)} is not supported yet: a quote is escaped by doubling it`);
  }
  const dialect: CsvDialect = {
    delimiter,
    quote: quote === 'none' ? null : quote,
    ...(comment !== undefined && { comment }),
  };
  const fault = dialectFault(dialect);
  if (fault !== null) refuse(fault);
  if (delimiter === '\\t') refuse('the delimiter is a backslash and a t', 'Write a tab as "\\t", in double quotes.');
  return { dialect, header: header === 'true' ? 'first row' : header === 'false' ? 'none' : header };
}
