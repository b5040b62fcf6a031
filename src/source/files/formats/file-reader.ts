import type { Batch, RowFault, Stretch } from '../../../domain/row.ts';
import type { ShortenedColumn } from '../../source.ts';
import { showUndecoded } from '../charset.ts';
import type { FileDigest } from '../file-bytes.ts';
import type { FoundFile } from '../find-files.ts';

/** How the files of one set are read: one for each format. */
export interface FileReader {
  /**
   * The set's own columns. Looks at its files as far as that takes, so that one which does not fit is told before
   * anything is built: `input.invalid`. Some formats name columns anywhere in a file, so that all of it is read.
   */
  columns(files: readonly FoundFile[], signal?: AbortSignal): Promise<readonly string[]>;
  /** A file's rows, each with `fileColumns` after `columns`; `digest` is filled in when the file has ended. */
  rows(file: FoundFile, columns: readonly string[], digest: FileDigest, signal?: AbortSignal): AsyncGenerator<Batch>;
  /** As `Source.shortened`; absent where every value arrives as the files hold it. */
  shortened?(files: readonly FoundFile[]): Promise<readonly ShortenedColumn[]>;
  /** Absent where the border of a record cannot be found without cutting it. */
  readonly uncut?: UncutReader;
}

/** Reads the same rows in two steps, of which the first is little work and the second can be done anywhere. */
export interface UncutReader {
  /** As `FileReader.rows`, but most of them as a `Batch.stretch`. */
  rows: FileReader['rows'];
  /** Cuts rows as they are asked for; the stretch's bytes must stay until then. */
  cut(stretch: Stretch, columns: readonly string[]): Iterable<Batch>;
}

const shownChars = 1_000;

/** A place of a file that is no row. */
export function faultAt(file: Pick<FoundFile, 'name'>, line: number, reason: string, text: string): RowFault {
  return { key: [file.name, String(line)], reason, text: showUndecoded(text.slice(0, shownChars)) };
}
