import { join } from 'node:path';
import { readRejects } from '../chunking/read-chunk.ts';
import type { Migration } from '../config/migration.ts';
import { count, plural } from '../domain/count.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import type { LedgerSummary } from '../ledger/summary.ts';
import { type ContextOptions, contextOf } from '../migration/context.ts';
import type { JobReport } from '../migration/report.ts';
import { standingOf } from '../migration/standing.ts';
import { type ChunkProof, proveChunks, unlessDamaged } from './prove-chunks.ts';
import { proveReceipts } from './prove-receipts.ts';
import { proveBounds, proveLaneCounts } from './prove-slices.ts';
import { proveSource } from './prove-source.ts';
import { readBuilt } from './read-built.ts';
import { strayFiles } from './stray-files.ts';

/** Whether a promise holds, and the numbers that say so; a promise that does not hold names the places. */
export interface PromiseCheck {
  readonly id: 'P1' | 'P2' | 'P3' | 'P4' | 'P5';
  readonly holds: boolean;
  readonly detail: string;
}

export interface VerifyReport extends JobReport {
  readonly promises: readonly PromiseCheck[];
  /** Chunks that were removed after delivery (`disk.keep: undelivered`): proved by ledger, sidecar and receipt alone. */
  readonly removed: number;
  /** Files beside those of chunks, sidecars and rejects, paths from the work folder: how many, and the first of them. */
  readonly strays: { readonly files: number; readonly first: readonly string[] };
}

/** How many breaches are named in a promise's detail. */
const namedBreaches = 5;
const namedStrays = 20;

/**
 * Proves P1 to P5 from what lies on disk and stands in the ledger: every chunk is read and counted again, but those that
 * were removed after delivery. With `source: true` the source is counted too, exactly. Changes nothing; needs no network
 * to Adobe. Throws `disk.failed` where the disk does not give a file that is there.
 */
export async function verify(
  file: string,
  options: ContextOptions & { readonly source?: boolean } = {},
): Promise<VerifyReport> {
  const context = contextOf(options);
  return readBuilt(file, context, async (migration, ledger) => {
    // Reading takes long, and what another process builds meanwhile is not in it.
    const summary = await ledger.summary();
    const proof = await proveChunks(migration, ledger, context);
    const { breaches: conservation, unsaid } = await proveRows(migration, ledger, summary, proof);
    if (options.source === true) conservation.push(...(await proveSource(file, ledger, context)));
    const strays = await strayFiles(migration, ledger);
    for (const path of strays.likeChunks)
      conservation.push(`${path} is no chunk of this migration: move it away before somebody uploads it`);
    const lost = await ledger.lostRows();
    const { removed } = proof;
    const ifRemoved = (words: string): string => (removed.chunks === 0 ? '' : words);
    const promises: PromiseCheck[] = [
      check(
        'P1',
        conservation,
        `${plural(summary.rows.read, 'row')} read = ${plural(summary.rows.hits, 'hit')} + ${count(summary.rows.rejected)} rejected + ${count(summary.rows.filtered)} filtered${lost === 0 ? '' : `; of the hits ${count(lost)} were not taken by Adobe`}${unsaidWords(unsaid)}${options.source === true ? '; the source, counted again, agrees' : ''}`,
      ),
      check(
        'P2',
        proof.lanes,
        `${plural(proof.rows, 'hit')} ${proof.rows === 1 ? 'stands' : 'stand'} in the lane of their visitor, one of ${migration.visitorGroups.count}${ifRemoved(`; ${count(removed.rows)} hits of removed chunks could not be read again`)}`,
      ),
      check(
        'P3',
        [...(await proveBounds(ledger)), ...proof.order],
        `no lane goes back in time, inside a file or across files${ifRemoved("; removed chunks by the ledger's times")}`,
      ),
      check(
        'P4',
        proof.bytes,
        `${plural(proof.chunks, 'chunk')} ${proof.chunks === 1 ? 'has' : 'have'} the bytes and keys they were sealed with${ifRemoved(`; ${count(removed.chunks)} more, removed after delivery (disk.keep: undelivered), could not be read again: keys and sidecars agree`)}`,
      ),
      check(
        'P5',
        proof.limits,
        `sizes within Adobe's limits, one gzip member each, RFC 4180, UTF-8 without byte order mark${ifRemoved("; removed chunks by the ledger's sizes")}`,
      ),
    ];
    const report = await standingOf(migration, ledger, context.clock.now(), { leadBack: { signal: context.signal } });
    const { harmless } = strays;
    const found = { files: harmless.length, first: harmless.slice(0, namedStrays) };
    return { ...report, promises, removed: removed.chunks, strays: found };
  });
}

/** What no count can prove: a look-up tells the rows of a file, not those that Adobe skipped. */
function unsaidWords(chunks: number): string {
  if (chunks === 0) return '';
  return `; ${count(chunks)} uploaded ${chunks === 1 ? 'chunk is' : 'chunks are'} known by look-up or a person’s word alone: whether Adobe skipped rows there is unknown`;
}

function check(id: PromiseCheck['id'], breaches: readonly string[], holding: string): PromiseCheck {
  if (breaches.length === 0) return { id, holds: true, detail: holding };
  const more = breaches.length > namedBreaches ? `; and ${breaches.length - namedBreaches} more` : '';
  return { id, holds: false, detail: breaches.slice(0, namedBreaches).join('; ') + more };
}

/**
 * Rows in = hits + rejects + filtered; hits = rows of chunks = rows of receipts, losses named; rejects stand in files.
 * Sums over all slices are compared only where the summary, made before the chunks were read, has them all sealed.
 * `unsaid` counts the uploaded chunks of which Adobe never said whether it skipped rows.
 */
async function proveRows(
  migration: Migration,
  ledger: Ledger,
  { rows, slices }: LedgerSummary,
  proof: ChunkProof,
): Promise<{ readonly breaches: string[]; readonly unsaid: number }> {
  const breaches: string[] = [];
  const unequal = (what: string, found: number, expected: number): void => {
    if (found !== expected) breaches.push(`${what}: ${count(found)}, expected ${count(expected)}`);
  };
  for (const counts of await ledger.sliceCounts())
    unequal(
      `rows of stream ${counts.stream} in slice ${counts.slice} (hits + rejected + filtered)`,
      counts.hits + counts.rejected + counts.filtered,
      counts.read,
    );
  // A hit is counted at home and stands in the slice of its time: only the sums over all slices must be equal.
  const isWhole = slices.total > 0 && slices.sealed === slices.total;
  if (isWhole) {
    unequal('rows of all chunks', proof.rows + proof.removed.rows, rows.hits);
    for (const { stream, hits } of await ledger.streamCounts())
      unequal(`rows of stream ${stream} in all sidecars`, proof.streams.get(stream) ?? 0, hits);
  }
  let rejected = 0;
  for (const rejects of await ledger.rejectFiles()) {
    const lines = await unlessDamaged(() => countRejects(join(migration.folder, rejects.path)), breaches);
    unequal(`rows in ${rejects.path}`, lines ?? 0, rejects.rows);
    rejected += lines ?? 0;
  }
  if (isWhole) unequal('rows in reject files', rejected, rows.rejected);
  breaches.push(...(await proveLaneCounts(ledger)));
  const { breaches: ofReceipts, unsaid } = await proveReceipts(migration, ledger);
  breaches.push(...ofReceipts);
  return { breaches, unsaid };
}

async function countRejects(path: string): Promise<number> {
  let lines = 0;
  for await (const _ of readRejects(path)) lines += 1;
  return lines;
}
