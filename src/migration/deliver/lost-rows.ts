import { type RowSource, readSidecar } from '../../chunking/read-chunk.ts';
import { type ChunkId, chunkName } from '../../domain/chunk.ts';
import { MigrationError } from '../../domain/error.ts';
import type { LostRows } from '../../domain/receipt.ts';
import type { Ledger } from '../../ledger/open-ledger.ts';

/**
 * A row that Adobe did not take, led back to the legacy row it came from. Where Adobe gave only a number, `row`, `stream`
 * and `key` are `null` and `count` is that number; where it was not led back, `stream` and `key` are.
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

type RecordsOfLost = Pick<Ledger, 'lost' | 'chunksWithLoss' | 'chunk'>;

/** Rows that are told at most: what is made of more does not fit a document (V8's texts end at 512 MB). */
const mostLostRows = 100_000;

/** Of how many chunks named rows are led back, all by default; how many are told, if not `mostLostRows`; the signal ends it. */
export interface LeadBack {
  readonly mostChunks?: number;
  readonly mostRows?: number;
  readonly signal?: AbortSignal;
}

/**
 * Rows that Adobe did not take, chunk by chunk, so that memory does not grow with their number. `folder` is the work folder,
 * whose sidecars know each row's source: they are read of the first `mostChunks` chunks with named rows, else of all. Rejects
 * with the signal's reason.
 */
export async function lostRowsOf(
  folder: string,
  ledger: RecordsOfLost,
  { mostChunks = Number.POSITIVE_INFINITY, mostRows = mostLostRows, signal }: LeadBack,
): Promise<LostRow[]> {
  const rows: LostRow[] = [];
  let ledBack = 0;
  for (const id of await ledger.chunksWithLoss()) {
    signal?.throwIfAborted();
    if (rows.length >= mostRows) break;
    const lost = (await ledger.lost(id)).slice(0, mostRows - rows.length);
    const named = new Set(lost.flatMap(({ row }) => (row === null ? [] : [row])));
    const isLedBack = named.size > 0 && ledBack < mostChunks;
    if (isLedBack) ledBack += 1;
    const sources: Sources = isLedBack ? await sourcesOf(folder, ledger, id, named) : new Map();
    for (const one of lost) rows.push(lostRow(id, one, sources));
  }
  return rows;
}

type Sources = ReadonlyMap<number, RowSource>;

/** Of these rows of a chunk; reads its sidecar up to the last of them. */
async function sourcesOf(
  folder: string,
  ledger: RecordsOfLost,
  id: ChunkId,
  named: ReadonlySet<number>,
): Promise<Sources> {
  const sources = new Map<number, RowSource>();
  const chunk = await ledger.chunk(id);
  if (chunk === null) return sources;
  let row = 0;
  try {
    for await (const source of readSidecar(folder, chunk)) {
      row += 1;
      if (named.has(row)) sources.set(row, source);
      if (sources.size === named.size) break;
    }
  } catch (error) {
    // That a sidecar is damaged is for `verify` to say; the loss is told all the same.
    if (!(error instanceof MigrationError)) throw error;
  }
  return sources;
}

function lostRow(id: ChunkId, { row, count, reason }: LostRows, sources: Sources): LostRow {
  const source = row === null ? undefined : sources.get(row);
  const { stream, key } = source ?? { stream: null, key: null };
  return { group: id.group, chunk: chunkName(id), row, count, stream, key, reason };
}
