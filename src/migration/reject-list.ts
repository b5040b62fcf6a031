import type { Spool, SpoolFile } from '../chunking/spool.ts';
import type { Reject } from '../domain/slice.ts';

/** The rejects of one slice until it is sealed, in order of arrival: in memory as long as they are few, else on disk. */
export interface RejectList {
  readonly rows: number;
  /** Never waits: call `settle` between batches of rows. */
  add(reject: Reject): void;
  /** Moves rejects to disk where they have become too many for the memory. Throws `disk.failed`. */
  settle(): Promise<void>;
  /** All of them, in batches of about the memory's size. */
  batches(): AsyncIterable<readonly Reject[]>;
  /** Forgets them and removes their file. */
  clear(): Promise<void>;
}

/** An empty list. `memoryBytes` is what rejects may take between two calls of `settle`, counted in characters of JSON. */
export function createRejectList({ memoryBytes, spool }: { memoryBytes: number; spool: Spool }): RejectList {
  /** JSON has no line feeds of its own, and lone surrogates are escaped in it: as UTF-8 it comes back exactly. */
  let lines: string[] = [];
  let characters = 0;
  let rows = 0;
  let file: SpoolFile | null = null;
  let ends: number[] = [];

  return {
    get rows() {
      return rows;
    },
    add(reject) {
      const line = JSON.stringify(reject);
      lines.push(line);
      characters += line.length;
      rows++;
    },
    async settle() {
      if (characters <= memoryBytes) return;
      file ??= await spool.create();
      try {
        await file.write(Buffer.from(lines.join('\n')));
      } finally {
        await file.close();
      }
      ends.push(file.bytes);
      lines = [];
      characters = 0;
    },
    async *batches() {
      let start = 0;
      try {
        for (const end of ends) {
          const bytes = Buffer.allocUnsafe(end - start);
          await file?.read(bytes, start);
          yield parsed(bytes.toString('utf8').split('\n'));
          start = end;
        }
        if (lines.length > 0) yield parsed(lines);
      } finally {
        await file?.close();
      }
    },
    async clear() {
      await file?.remove();
      file = null;
      ends = [];
      lines = [];
      characters = 0;
      rows = 0;
    },
  };
}

function parsed(lines: readonly string[]): Reject[] {
  return lines.map((line) => JSON.parse(line) as Reject);
}
