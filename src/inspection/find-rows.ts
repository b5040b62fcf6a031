import { readSidecar } from '../chunking/read-chunk.ts';
import { type Chunk, type ChunkId, qualifiedName } from '../domain/chunk.ts';
import { plural } from '../domain/count.ts';
import { MigrationError } from '../domain/error.ts';
import type { Reject } from '../domain/slice.ts';
import { eachChunk } from '../ledger/each-chunk.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { readAllRejects } from './rejects.ts';

/** Where a row was found: as the n-th row of a chunk (Adobe's number, from 1), or among the rejects. */
export type FoundRow =
  | {
      readonly kind: 'hit';
      readonly chunk: Chunk;
      readonly row: number;
      readonly stream: string;
      readonly key: readonly string[];
    }
  | { readonly kind: 'reject'; readonly reject: Reject };

/** What a row is looked for by: its key, in one stream or in any. */
export interface WantedKey {
  readonly key: readonly string[];
  readonly stream: string | undefined;
}

/** Every place of the rows with a key, reading all sidecars and rejects; two where a key is not unique. */
export async function findKey(
  { folder, groups }: { readonly folder: string; readonly groups: readonly string[] },
  ledger: Ledger,
  wanted: WantedKey,
  signal: AbortSignal,
): Promise<FoundRow[]> {
  const found: FoundRow[] = [];
  const isWanted = (source: { readonly stream: string; readonly key: readonly string[] }): boolean =>
    (wanted.stream ?? source.stream) === source.stream && isKey(source.key, wanted.key);
  for (const group of groups)
    for await (const chunk of eachChunk(ledger, group)) {
      signal.throwIfAborted();
      let row = 0;
      for await (const source of readSidecar(folder, chunk)) {
        row += 1;
        if (isWanted(source)) found.push({ kind: 'hit', chunk, row, ...source });
      }
    }
  for await (const reject of readAllRejects(folder, ledger, isWanted, signal)) found.push({ kind: 'reject', reject });
  return found;
}

/** What is printed of a key can be typed: its parts, or all of them as one text. */
function isKey(key: readonly string[], wanted: readonly string[]): boolean {
  if (wanted.length === 1 && key.join(' / ') === wanted[0]) return true;
  return key.length === wanted.length && key.every((part, place) => part === wanted[place]);
}

/** The source of a chunk's row. Throws `input.invalid` where the chunk has no such row. */
export async function findRow(folder: string, chunk: Chunk, row: number): Promise<FoundRow> {
  let number = 0;
  for await (const source of readSidecar(folder, chunk)) {
    number += 1;
    if (number === row) return { kind: 'hit', chunk, row, ...source };
  }
  const name = qualifiedName(chunk);
  throw new MigrationError('input.invalid', `${name} has ${plural(chunk.rows, 'row')}, no row ${row}`, {
    next: `choose a row from 1 to ${chunk.rows}`,
  });
}

/**
 * The chunk that a person means: `<group>/<slice>-<part>` as everything names it, its path, its idempotency key, or
 * `<slice>-<part>` where only one lane has it. Throws `input.invalid` where none or several are meant.
 */
export async function findChunk(groups: readonly string[], ledger: Ledger, name: string): Promise<Chunk> {
  const parts = /(?:(?<group>[^/]+)\/)?(?<slice>\d+)-(?<part>\d+)(?:\.csv\.gz)?$/.exec(name)?.groups;
  const id = { slice: Number(parts?.['slice']), part: Number(parts?.['part']) };
  const wanted = (group: string): Promise<Chunk | null> => ledger.chunk({ group, ...id } satisfies ChunkId);
  const found: Chunk[] = [];
  const lanes = parts?.['group'] === undefined ? groups : groups.filter((group) => group === parts['group']);
  for (const group of lanes) {
    const chunk = parts === undefined ? null : await wanted(group);
    if (chunk !== null) found.push(chunk);
  }
  if (found.length === 0)
    for (const group of groups)
      for await (const chunk of eachChunk(ledger, group)) if (chunk.key === name) found.push(chunk);
  const [chunk] = found;
  if (chunk !== undefined && found.length === 1) return chunk;
  const several = found.map((one) => qualifiedName(one)).join(', ');
  throw new MigrationError(
    'input.invalid',
    chunk === undefined ? `no chunk ${name} was built` : `${name} may be ${several}`,
    { next: 'name it as <visitor group>/<slice>-<part>, or by its idempotency key' },
  );
}
