import type { GzipWriter } from './gzip-blocks.ts';
import type { HitRows, UseBytes } from './hit-rows.ts';
import { writeKeyJson } from './sort-key.ts';

/** Bytes of lines that are put together before they are copied on. */
const SCRATCH_BYTES = 8_192;
const LINE_FEED = 0x0a;
const CLOSE = 0x5d;

/** Writes the lines of a sidecar: stream and key of each row as a JSON array. */
export interface SidecarLines {
  add(hits: HitRows, position: number): void;
  /** Hands on the lines that are still here. */
  flush(): void;
}

/** Lines for the streams of a slice, by position. A key goes from its sortable bytes to JSON without a text in between where it can. */
export function createSidecarLines(streams: readonly string[], gzip: Pick<GzipWriter, 'write'>): SidecarLines {
  const starts = streams.map((stream) => Buffer.from(`[${JSON.stringify(stream)}`));
  const scratch = Buffer.allocUnsafe(SCRATCH_BYTES);
  let used = 0;
  let keyBytes = 0;
  let at = -1;

  const putKey: UseBytes = (source, start) => {
    at = writeKeyJson(source, start, start + keyBytes, scratch, at);
  };

  function flush(): void {
    if (used > 0) gzip.write(scratch, 0, used);
    used = 0;
  }

  return {
    add(hits, position) {
      const start = starts[hits.stream(position)]!;
      keyBytes = hits.keyBytes(position);
      // JSON has two quotes and a comma for a part, whose sortable form has at least one byte more than the part.
      const needed = start.length + 3 * keyBytes + 2;
      if (used + needed > SCRATCH_BYTES) flush();
      at = -1;
      if (needed <= SCRATCH_BYTES) {
        at = used + start.length;
        hits.useRow(position, putKey);
      }
      if (at !== -1) {
        scratch.set(start, used);
        scratch[at] = CLOSE;
        scratch[at + 1] = LINE_FEED;
        used = at + 2;
        return;
      }
      flush();
      const line = Buffer.from(
        `${hits
          .key(position)
          .map((part) => `,${JSON.stringify(part)}`)
          .join('')}]\n`,
      );
      gzip.write(start, 0, start.length);
      gzip.write(line, 0, line.length);
    },
    flush,
  };
}
