import type { Spool, SpoolFile, SpoolRecord } from '../../chunking/spool.ts';
import type { Reject } from '../../domain/slice.ts';

/** The rejects of one slice until it is sealed, in order of arrival: in memory as long as they are few, else on disk. */
export interface RejectList {
  /** Never waits: call `settle` between batches of rows. */
  add(reject: Reject): void;
  /** Moves rejects to disk where they have become too many for the memory. Throws `disk.failed`. */
  settle(): Promise<void>;
  /** All rejects so far are whole: they can be had without those that follow. */
  endUnit(): void;
  /** Moves the whole rejects to disk and gives the part of the file that holds them alone; `null` where there are none. */
  whole(): Promise<WholeRejects | null>;
  /** Takes over rejects of an earlier process, as whole. Into an empty list. */
  restore(file: SpoolFile, record: Pick<WholeRejects, 'rows' | 'ends'>): void;
  /** All of them, in batches of about the memory's size. */
  batches(): AsyncIterable<readonly Reject[]>;
  /** Forgets them and removes their file. */
  clear(): Promise<void>;
}

/** The beginning of a file of rejects. */
export interface WholeRejects extends SpoolRecord {
  readonly file: SpoolFile;
  readonly rows: number;
  /** Where each batch of them ends. */
  readonly ends: readonly number[];
}

/** An empty list. `memoryBytes` is what rejects may take between two calls of `settle`, counted in characters of JSON. */
export function createRejectList({ memoryBytes, spool }: { memoryBytes: number; spool: Spool }): RejectList {
  /** JSON has no line feeds of its own, and lone surrogates are escaped in it: as UTF-8 it comes back exactly. */
  let lines: string[] = [];
  let characters = 0;
  let rows = 0;
  let file: SpoolFile | null = null;
  let ends: number[] = [];
  /** Of `lines`, how many are whole; the file holds none that are not then. */
  let wholeLines = 0;
  let whole: WholeRejects | null = null;

  /** Moves the first lines to the file, as a batch. */
  async function write(count: number): Promise<void> {
    if (count === 0) return;
    file ??= await spool.create();
    try {
      await file.write(Buffer.from(lines.slice(0, count).join('\n')));
    } finally {
      await file.close();
    }
    ends.push(file.bytes);
    lines = lines.slice(count);
    characters = lines.reduce((sum, line) => sum + line.length, 0);
  }

  async function writeWhole(): Promise<void> {
    if (wholeLines === 0) return;
    await write(wholeLines);
    wholeLines = 0;
    enterWhole();
  }

  function enterWhole(): void {
    if (file !== null && file.bytes !== whole?.bytes)
      whole = { file, ...file.record(), rows: rows - lines.length, ends: [...ends] };
  }

  return {
    add(reject) {
      const line = JSON.stringify(reject);
      lines.push(line);
      characters += line.length;
      rows++;
    },
    async settle() {
      if (characters <= memoryBytes) return;
      await writeWhole();
      await write(lines.length);
    },
    endUnit() {
      enterWhole();
      wholeLines = lines.length;
    },
    async whole() {
      await writeWhole();
      return whole;
    },
    restore(earlier, record) {
      file = earlier;
      rows = record.rows;
      ends = [...record.ends];
      enterWhole();
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
      wholeLines = 0;
      whole = null;
    },
  };
}

function parsed(lines: readonly string[]): Reject[] {
  return lines.map((line) => JSON.parse(line) as Reject);
}
