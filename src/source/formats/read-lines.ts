import type { Batch, Row, RowFault } from '../../domain/row.ts';
import { type Charset, hasUndecoded } from '../charset.ts';
import type { FileDigest } from '../file-bytes.ts';
import type { FoundFile } from '../find-files.ts';
import { readText } from '../read-text.ts';
import { faultAt } from './file-reader.ts';
import { createLineSplitter } from './split-lines.ts';

const batchRows = 2_000;

/** What a line is: the cells of a row, words for why it is none, or `null` for what is neither, such as a comment. */
export type ReadLine = (text: string, number: number) => (string | null)[] | string | null;

/**
 * A file's rows, one a line, as `read` finds them, each with its file and line appended. Lines with bytes that the charset
 * does not have, and lines longer than 16,777,216 characters, are faults.
 */
export async function* readLines(
  file: FoundFile,
  charset: Charset,
  read: ReadLine,
  digest: FileDigest,
  signal?: AbortSignal,
): AsyncGenerator<Batch> {
  const splitter = createLineSplitter();
  let rows: Row[] = [];
  let faults: RowFault[] = [];
  for await (const piece of readText(file, charset, digest, signal)) {
    for (const { text, shown, number } of splitter.push(piece.text, piece.last)) {
      const found =
        text === null
          ? 'a line is longer than 16,777,216 characters'
          : piece.damaged && hasUndecoded(text)
            ? `not ${charset}`
            : readOrGiveUp(read, text, number);
      if (found === null) continue;
      if (typeof found === 'string') {
        faults.push(faultAt(file, number, found, shown));
      } else {
        found.push(file.name, String(number));
        rows.push(found);
      }
      if (rows.length + faults.length < batchRows) continue;
      yield { rows, faults };
      rows = [];
      faults = [];
    }
  }
  if (rows.length > 0 || faults.length > 0) yield { rows, faults };
}

/** A regular expression has a stack of its own, which a line of megabytes may fill. */
function readOrGiveUp(read: ReadLine, text: string, number: number): ReturnType<ReadLine> {
  try {
    return read(text, number);
  } catch (error) {
    if (error instanceof RangeError) return 'too long to be taken apart';
    throw error;
  }
}
