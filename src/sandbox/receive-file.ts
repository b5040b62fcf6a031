import { open } from 'node:fs/promises';
import { boundaryOf, createMultipartReader } from './multipart.ts';

/** What a multipart body brought. */
export type ReceivedFile =
  | { readonly kind: 'file'; readonly size: number; readonly uploadName: string }
  | { readonly kind: 'no-file' }
  | { readonly kind: 'too-large' };

/**
 * Writes the part named `file` to `path` as it comes, holding one piece at a time. Reads the whole body, whatever it
 * finds. The file at `path` is there afterwards in every case, if only in part; the caller removes it.
 */
export async function receiveFile(
  body: AsyncIterable<Buffer>,
  contentType: string | undefined,
  path: string,
  maxBytes: number,
): Promise<ReceivedFile> {
  const boundary = boundaryOf(contentType);
  const reader = boundary === null ? null : createMultipartReader(boundary);
  const handle = await open(path, 'w');
  let state: 'waiting' | 'reading' | 'read' = 'waiting';
  let uploadName = '';
  let size = 0;
  try {
    for await (const bytes of body) {
      for (const event of reader?.push(bytes) ?? []) {
        if (event.kind === 'begin' && event.name === 'file' && state === 'waiting') {
          state = 'reading';
          uploadName = event.fileName ?? '';
        } else if (event.kind === 'data' && state === 'reading') {
          size += event.bytes.length;
          if (size <= maxBytes) await handle.writeFile(event.bytes);
        } else if (event.kind === 'end' && state === 'reading') {
          state = 'read';
        }
      }
    }
  } finally {
    await handle.close();
  }
  if (state !== 'read' || reader?.isComplete() !== true) return { kind: 'no-file' };
  return size > maxBytes ? { kind: 'too-large' } : { kind: 'file', size, uploadName };
}
