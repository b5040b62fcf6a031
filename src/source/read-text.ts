import { type Charset, createDecoder } from './charset.ts';
import { type FileDigest, readBytes } from './file-bytes.ts';
import type { FoundFile } from './find-files.ts';

/** A piece of a file's text; bytes that are no text are lone surrogates in it. */
export interface TextPiece {
  readonly text: string;
  /** True once, with the end of the file. */
  readonly last: boolean;
}

/**
 * A file's text, unpacked, in pieces of about 64 KiB that never split a character; the last is the end and may be empty.
 * Throws what `readBytes` and `createDecoder` throw.
 */
export async function* readText(
  file: FoundFile,
  charset: Charset,
  digest: FileDigest,
  signal?: AbortSignal,
): AsyncGenerator<TextPiece> {
  const decoder = createDecoder(charset, file.name);
  const piece = (bytes: Buffer, last: boolean): TextPiece => ({ text: decoder.push(bytes, last), last });
  for await (const bytes of readBytes(file, digest, signal)) yield piece(bytes, false);
  yield piece(Buffer.alloc(0), true);
}
