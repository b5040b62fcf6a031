import type { Batch, Stretch } from '../../../domain/row.ts';
import type { Charset } from '../charset.ts';
import { type FileDigest, readBytes, stretchBytes, usualBytes } from '../file-bytes.ts';
import type { FoundFile } from '../find-files.ts';
import type { FileReader } from './file-reader.ts';
import { createLineTaker, type LineTaker, type ReadLine, readLines } from './read-lines.ts';
import { maxLineChars } from './split-lines.ts';

const LINE_FEED = 0x0a;

/** Those in which the byte of a line feed is part of no other character. */
const cutAnywhere: ReadonlySet<Charset> = new Set<Charset>(['utf-8', 'latin1', 'windows-1252']);

/** Reads files in which a line says the same whatever stands before it: `read` is also used where nothing did. */
export function loneLines(charset: Charset, read: ReadLine): Pick<FileReader, 'rows' | 'uncut'> {
  return {
    rows: (file, _, digest, signal) => readLines(file, charset, read, digest, signal),
    ...(cutAnywhere.has(charset) && {
      uncut: {
        rows: (file, _, digest, signal) => readUncutLines(file, charset, read, digest, signal),
        cut: (stretch) => cutLines(stretch, charset, read),
      },
    }),
  };
}

/**
 * What `readLines` gives, as stretches for `cutLines`. From a line on that is too long to be held, `read` finds the rows
 * here. The charset is one of those that can be cut anywhere.
 */
export async function* readUncutLines(
  file: FoundFile,
  charset: Charset,
  read: ReadLine,
  digest: FileDigest,
  signal?: AbortSignal,
  pieceBytes = stretchBytes,
): AsyncGenerator<Batch> {
  let take: LineTaker | null = null;
  let line = 1;
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const piece of readBytes(file, digest, signal, pieceBytes)) {
    if (take !== null) {
      yield* take(piece, false);
      continue;
    }
    const end = piece.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      // In memory of its own: what is sent to a thread takes along all that it is a part of.
      const bytes = Buffer.concat([...held, piece.subarray(0, end)]);
      yield { rows: [], stretch: { file: file.name, line, bytes } };
      line += countLineFeeds(bytes);
      held = [];
      heldBytes = 0;
    }
    held.push(piece.subarray(end));
    heldBytes += piece.length - end;
    // A line has no more characters than bytes.
    if (heldBytes <= maxLineChars) continue;
    take = createLineTaker(file, charset, read, line);
    for (const bytes of held) yield* take(bytes, false);
    held = [];
  }
  if (take !== null) yield* take(Buffer.alloc(0), true);
  else if (heldBytes > 0) yield { rows: [], stretch: { file: file.name, line, bytes: Buffer.concat(held) } };
}

/** The rows of a stretch, cut as they are asked for, in the batches in which `readLines` could have given them. */
export function* cutLines({ file, line, bytes }: Stretch, charset: Charset, read: ReadLine): Generator<Batch> {
  const take = createLineTaker({ name: file }, charset, read, line);
  for (let start = 0; start < bytes.length; start += usualBytes) {
    const length = Math.min(usualBytes, bytes.length - start);
    yield* take(Buffer.from(bytes.buffer, bytes.byteOffset + start, length), start + length === bytes.length);
  }
}

function countLineFeeds(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) count++;
  return count;
}
