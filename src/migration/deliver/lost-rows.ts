import { readSidecar } from '../../chunking/read-chunk.ts';
import { type ChunkId, chunkName } from '../../domain/chunk.ts';
import { MigrationError } from '../../domain/error.ts';
import type { LostRows } from '../../domain/receipt.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';

/**
 * A row that Adobe did not take, led back to the legacy row it came from. Where Adobe gave only a number, `row`, `stream`
 * and `key` are `null` and `count` is that number.
 */
export interface LostRow {
  readonly group: string;
  readonly chunk: string;
  /** Adobe's row number in the file, from 1. */
  readonly row: number | null;
  readonly count: number;
  readonly stream: string | null;
  readonly key: readonly string[] | null;
  /** In Adobe's words. */
  readonly reason: string;
}

type Lost = ChunkId & LostRows;

/** All rows that Adobe did not take, chunk by chunk. `folder` is the work folder, whose sidecars know each row's source. */
export async function lostRowsOf(folder: string, ledger: Ledger): Promise<LostRow[]> {
  const byChunk = new Map<string, Lost[]>();
  for (const lost of await ledger.lost()) {
    const name = `${lost.group}/${chunkName(lost)}`;
    byChunk.set(name, [...(byChunk.get(name) ?? []), lost]);
  }
  const rows: LostRow[] = [];
  for (const lost of byChunk.values()) rows.push(...(await lostOfChunk(folder, ledger, lost)));
  return rows;
}

async function lostOfChunk(folder: string, ledger: Ledger, lost: readonly Lost[]): Promise<LostRow[]> {
  const chunk = await ledger.chunk(lost[0]!);
  const named = new Set(lost.flatMap(({ row }) => (row === null ? [] : [row])));
  const sources = new Map<number, { readonly stream: string; readonly key: readonly string[] }>();
  if (chunk !== null && named.size > 0) {
    let row = 0;
    try {
      for await (const source of readSidecar(folder, chunk)) {
        row += 1;
        if (named.has(row)) sources.set(row, source);
      }
    } catch (error) {
      // That a sidecar is damaged is for `verify` to say; the loss is told all the same.
      if (!(error instanceof MigrationError)) throw error;
    }
  }
  return lost.map(({ group, row, count, reason, ...id }) => {
    const source = row === null ? undefined : sources.get(row);
    return {
      group,
      chunk: chunkName(id),
      row,
      count,
      stream: source?.stream ?? null,
      key: source?.key ?? null,
      reason,
    };
  });
}
