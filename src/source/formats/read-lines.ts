import type { Batch, Row, RowFault } from '../../domain/row.ts';
import { type Charset, createDecoder, hasUndecoded } from '../charset.ts';
import { type FileDigest, readBytes } from '../file-bytes.ts';
import type { FoundFile } from '../find-files.ts';
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
  const take = createLineTaker(file, charset, read);
  for await (const bytes of readBytes(file, digest, signal)) yield* take(bytes, false);
  yield* take(Buffer.alloc(0), true);
}

/** Takes the next bytes of any length and gives the batches that are full; `last` is true once, with the last bytes. */
export type LineTaker = (bytes: Buffer, last: boolean) => Generator<Batch>;

/**
 * Makes batches of a file's bytes, of which the first are those of line `first`. A batch's faults stand behind its rows in
 * the file, so that the order of all of them is the same wherever the bytes were cut.
 */
export function createLineTaker(file: Pick<FoundFile, 'name'>, charset: Charset, read: ReadLine, first = 1): LineTaker {
  const decoder = createDecoder(charset, file.name);
  const splitter = createLineSplitter(first);
  let rows: Row[] = [];
  let faults: RowFault[] = [];
  return function* take(bytes, last) {
    const decoded = decoder.push(bytes, last);
    const damaged = decoder.damaged();
    for (const { text, shown, number } of splitter.push(decoded, last)) {
      const found =
        text === null
          ? 'a line is longer than 16,777,216 characters'
          : damaged && hasUndecoded(text)
            ? `not ${charset}`
            : readOrGiveUp(read, text, number);
      if (found === null) continue;
      const isFault = typeof found === 'string';
      if (rows.length + faults.length >= batchRows || (faults.length > 0 && !isFault)) {
        yield { rows, faults };
        rows = [];
        faults = [];
      }
      if (isFault) {
        faults.push(faultAt(file, number, found, shown));
      } else {
        found.push(file.name, String(number));
        rows.push(found);
      }
    }
    if (last && rows.length + faults.length > 0) yield { rows, faults };
  };
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
