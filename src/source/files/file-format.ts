import type { FileSetSpec } from '../../config/mapping-schema.ts';
import { type CsvDialect, type DialectFault, dialectFault } from '../../csv/dialect.ts';
import { MigrationError } from '../../domain/error.ts';
import type { Charset } from './charset.ts';

/** How the CSV files of a set are read. `header`: in each file's first row, absent, or given. */
export interface FileFormat {
  readonly dialect: CsvDialect;
  readonly header: 'first row' | 'none' | readonly string[];
  readonly charset: Charset;
}

/** What is wrong with how a file set of CSV is declared, as far as it can be told without a file; `null` where nothing is. */
export function formatFault(spec: FileSetSpec): DialectFault | null {
  if (spec.delimiter === '\\t') {
    return {
      member: 'delimiter',
      says: 'the delimiter is a backslash and a t: write a tab as "\\t", in double quotes',
    };
  }
  return dialectFault(dialectOf(spec));
}

/** What a file set's declaration means; throws `input.invalid` for a dialect that cannot be read. */
export function fileFormat(set: string, spec: FileSetSpec): FileFormat {
  const { header = 'true', charset = 'utf-8' } = spec;
  const fault = formatFault(spec);
  if (fault !== null) {
    throw new MigrationError('input.invalid', `File set ${set}: ${fault.says}`, {
      next: `Correct files.${set} in the mapping.`,
    });
  }
  const names = header === 'true' ? 'first row' : header === 'false' ? 'none' : header;
  return { dialect: dialectOf(spec), header: names, charset };
}

function dialectOf({ delimiter = ',', quote = '"', comment, escape: sign }: FileSetSpec): CsvDialect {
  return {
    delimiter,
    quote: quote === 'none' ? null : quote,
    // A quote is always escaped by doubling it.
    ...(sign !== undefined && sign !== quote && { escape: sign }),
    ...(comment !== undefined && { comment }),
  };
}
