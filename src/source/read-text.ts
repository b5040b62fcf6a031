import { type Charset, createDecoder } from './charset.ts';
import { type FileDigest, readBytes } from './file-bytes.ts';
import type { FoundFile } from './find-files.ts';

/** A piece of a file's text. `damaged`: bytes that are no text were met, here or before; they are lone surrogates. */
export interface TextPiece {
  readonly text: string;
  readonly damaged: boolean;
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
  const piece = (bytes: Buffer, last: boolean): TextPiece => {
    const text = decoder.push(bytes, last);
    return { text, damaged: decoder.damaged(), last };
  };
  for await (const bytes of readBytes(file, digest, signal)) yield piece(bytes, false);
  yield piece(Buffer.alloc(0), true);
}
