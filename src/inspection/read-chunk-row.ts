import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { hashChunk } from '../chunking/read-chunk.ts';
import { createCsvParser } from '../csv/parse-csv.ts';
import type { Chunk } from '../domain/chunk.ts';
import { presentColumns } from './present-columns.ts';

/** Gets one row of a chunk: its cells in the order of the header. `row` counts from 1, as Adobe does. */
export type TakeChunkRow = (cells: readonly string[], row: number) => void;

/** Reads a chunk, handing its header and then its rows on. Throws `chunk.damaged`. */
export async function readChunkRows(
  folder: string,
  chunk: Pick<Chunk, 'path'>,
  onHeader: (names: readonly string[]) => void,
  onRow: TakeChunkRow,
): Promise<void> {
  const parser = createCsvParser({ delimiter: ',', quote: '"', newline: '\n' });
  const decoder = new StringDecoder('utf8');
  let row = -1;
  const take = (text: string, last: boolean): void => {
    for (const cells of parser.push(text, last).rows) {
      row += 1;
      if (row === 0) onHeader(cells);
      else onRow(cells, row);
    }
  };
  await hashChunk(join(folder, chunk.path), (bytes) => take(decoder.write(bytes), false));
  take(decoder.end(), true);
}

/** The columns of a chunk's row that are not empty. */
export async function readChunkRow(
  folder: string,
  chunk: Pick<Chunk, 'path'>,
  wanted: number,
): Promise<Readonly<Record<string, string>>> {
  let names: readonly string[] = [];
  let hit: Record<string, string> = {};
  await readChunkRows(
    folder,
    chunk,
    (header) => {
      names = header;
    },
    (cells, row) => {
      if (row === wanted) hit = presentColumns(names, cells);
    },
  );
  return hit;
}
