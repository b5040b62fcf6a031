import type { Batch } from '../../../domain/row.ts';
import { type Charset, createDecoder, hasUndecoded } from '../charset.ts';
import { type FileDigest, readBytes } from '../file-bytes.ts';
import { createBatchFiller } from '../fill-batches.ts';
import type { FoundFile } from '../find-files.ts';
import { faultAt } from './file-reader.ts';
import { createLineSplitter } from './split-lines.ts';

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
 * Makes batches of a file's bytes, of which the first are those of line `first`. The order of rows and faults is the same
 * wherever the bytes were cut.
 */
export function createLineTaker(file: Pick<FoundFile, 'name'>, charset: Charset, read: ReadLine, first = 1): LineTaker {
  const decoder = createDecoder(charset, file.name);
  const splitter = createLineSplitter(first);
  const batches = createBatchFiller();
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
      if (typeof found !== 'string') found.push(file.name, String(number));
      const full = typeof found === 'string' ? batches.fault(faultAt(file, number, found, shown)) : batches.row(found);
      if (full !== null) yield full;
    }
    const rest = last ? batches.rest() : null;
    if (rest !== null) yield rest;
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
