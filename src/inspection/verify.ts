import { join } from 'node:path';
import { maxGzBytes } from '../adobe/limits.ts';
import { hashChunk, readRejects, readSidecar } from '../chunking/read-chunk.ts';
import type { Migration } from '../config/migration.ts';
import { type Chunk, chunkName } from '../domain/chunk.ts';
import { MigrationError } from '../domain/error.ts';
import { eachChunk } from '../ledger/each-chunk.ts';
import { type Ledger, openLedger } from '../ledger/open-ledger.ts';
import { idempotencyKey } from '../migration/build/idempotency-key.ts';
import { type Context, type ContextOptions, contextOf } from '../migration/context.ts';
import { assertOwn } from '../migration/job/accept-job.ts';
import { groupNames } from '../migration/job/open-job.ts';
import { readJobFiles } from '../migration/job/read-job-files.ts';
import { type JobReport, reportOf } from '../migration/report.ts';
import { createLaneProof, type LaneProof } from './lane-proof.ts';
import { proveSource } from './prove-source.ts';

/** Whether a promise holds, and the numbers that say so; a promise that does not hold names the places. */
export interface PromiseCheck {
  readonly id: 'P1' | 'P2' | 'P3' | 'P4' | 'P5';
  readonly holds: boolean;
  readonly detail: string;
}

export interface VerifyReport extends JobReport {
  readonly promises: readonly PromiseCheck[];
}

/** How many breaches are named in a promise's detail. */
const namedBreaches = 5;

/**
 * Proves P1 to P5 from what lies on disk and stands in the ledger: every chunk is read and counted again. With
 * `source: true` the source is counted too, exactly. Changes nothing; needs no network to Adobe.
 */
export async function verify(
  file: string,
  options: ContextOptions & { readonly source?: boolean } = {},
): Promise<VerifyReport> {
  const context = contextOf(options);
  const { migration } = await readJobFiles(file, context);
  const ledger = await openLedger(migration.folder, { readOnly: true });
  try {
    assertOwn(migration, await ledger.job());
    const proof = await proveChunks(migration, ledger, context);
    const { breaches: conservation, unsaid } = await proveRows(migration, ledger, proof);
    if (options.source === true) conservation.push(...(await proveSource(file, ledger, context)));
    const summary = await ledger.summary();
    const promises: PromiseCheck[] = [
      check(
        'P1',
        conservation,
        `${count(summary.rows.read)} rows read = ${count(summary.rows.hits)} hits + ${count(summary.rows.rejected)} rejected + ${count(summary.rows.filtered)} filtered${unsaidWords(unsaid)}`,
      ),
      check(
        'P2',
        proof.lanes,
        `${count(proof.rows)} hits stand in the lane of their visitor, one of ${migration.visitorGroups.count}`,
      ),
      check('P3', proof.order, 'no lane goes back in time, inside a file or across files'),
      check('P4', proof.bytes, `${count(proof.chunks)} chunks have the bytes and keys they were sealed with`),
      check(
        'P5',
        proof.limits,
        "sizes within Adobe's limits, one gzip member each, RFC 4180, UTF-8 without byte order mark",
      ),
    ];
    return { ...(await reportOf(migration, ledger)), promises };
  } finally {
    await ledger.close();
  }
}

/** What no count can prove: a look-up tells the rows of a file, not those that Adobe skipped. */
function unsaidWords(chunks: number): string {
  if (chunks === 0) return '';
  return `; ${count(chunks)} uploaded ${chunks === 1 ? 'chunk is' : 'chunks are'} known by look-up or a person’s word alone: whether Adobe skipped rows there is unknown`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function check(id: PromiseCheck['id'], breaches: readonly string[], holding: string): PromiseCheck {
  if (breaches.length === 0) return { id, holds: true, detail: holding };
  const more = breaches.length > namedBreaches ? `; and ${breaches.length - namedBreaches} more` : '';
  return { id, holds: false, detail: breaches.slice(0, namedBreaches).join('; ') + more };
}

interface ChunkProof {
  rows: number;
  chunks: number;
  /** Rows per stream, as the sidecars say. */
  readonly streams: Map<string, number>;
  readonly lanes: string[];
  readonly order: string[];
  readonly bytes: string[];
  readonly limits: string[];
}

async function proveChunks(migration: Migration, ledger: Ledger, { signal }: Context): Promise<ChunkProof> {
  const proof: ChunkProof = { rows: 0, chunks: 0, streams: new Map(), lanes: [], order: [], bytes: [], limits: [] };
  for (const [index, group] of groupNames(migration).entries()) {
    const lane = createLaneProof({ index, count: migration.visitorGroups.count, seed: migration.target.suite.seed });
    for await (const chunk of eachChunk(ledger, group)) {
      signal.throwIfAborted();
      proof.chunks += 1;
      await proveChunk(migration, chunk, lane, proof);
    }
    proof.rows += lane.rows();
    proof.lanes.push(...lane.strangers());
    proof.order.push(...lane.disorder());
  }
  return proof;
}

async function proveChunk(migration: Migration, chunk: Chunk, lane: LaneProof, proof: ChunkProof): Promise<void> {
  const file = lane.begin(chunk.path);
  const sums = await unlessDamaged(() => hashChunk(join(migration.folder, chunk.path), file.take), proof.bytes);
  if (sums === null) return;
  const { rows, faults } = file.end();
  const differs = (what: string, found: unknown, stored: unknown): void => {
    if (found !== stored) proof.bytes.push(`${chunk.path}: ${what} is ${found}, sealed as ${stored}`);
  };
  differs('raw SHA-256', sums.rawSha256, chunk.rawSha256);
  differs('gzip SHA-256', sums.gzSha256, chunk.gzSha256);
  differs('rows', rows, chunk.rows);
  differs('idempotency key', idempotencyKey(migration.id, chunk), chunk.key);
  differs(
    'rows of the sidecar',
    await unlessDamaged(() => countSidecar(migration, chunk, proof), proof.bytes),
    chunk.rows,
  );
  for (const fault of faults) proof.limits.push(`${chunk.path}: ${fault}`);
  const { maxRawBytes } = migration.chunks;
  if (sums.rawBytes > maxRawBytes) proof.limits.push(`${chunk.path}: ${sums.rawBytes} raw bytes, over ${maxRawBytes}`);
  if (sums.gzBytes > maxGzBytes)
    proof.limits.push(`${chunk.path}: ${sums.gzBytes} bytes compressed, over ${maxGzBytes}`);
  if (sums.members !== 1) proof.limits.push(`${chunk.path}: ${sums.members} gzip members`);
  if (rows === 0) proof.limits.push(`${chunk.path}: no rows`);
}

async function countSidecar({ folder }: Migration, chunk: Chunk, { streams }: ChunkProof): Promise<number> {
  let rows = 0;
  for await (const { stream } of readSidecar(folder, chunk)) {
    streams.set(stream, (streams.get(stream) ?? 0) + 1);
    rows += 1;
  }
  return rows;
}

/** A file that cannot be read is a breach like any other: the proof goes on behind it. */
async function unlessDamaged<T>(read: () => Promise<T>, breaches: string[]): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    breaches.push(error.message);
    return null;
  }
}

/**
 * Rows in = hits + rejects + filtered; hits = rows of chunks = rows of receipts, losses named; rejects stand in files.
 * `unsaid` counts the uploaded chunks of which Adobe never said whether it skipped rows.
 */
async function proveRows(
  migration: Migration,
  ledger: Ledger,
  proof: ChunkProof,
): Promise<{ readonly breaches: string[]; readonly unsaid: number }> {
  const breaches: string[] = [];
  const unequal = (what: string, found: number, expected: number): void => {
    if (found !== expected) breaches.push(`${what}: ${found}, expected ${expected}`);
  };
  const { rows, slices } = await ledger.summary();
  for (const count of await ledger.sliceCounts())
    unequal(
      `rows of stream ${count.stream} in slice ${count.slice} (hits + rejected + filtered)`,
      count.hits + count.rejected + count.filtered,
      count.read,
    );
  // A hit is counted at home and stands in the slice of its time: only the sums over all slices must be equal.
  if (slices.sealed === slices.total) {
    unequal('rows of all chunks', proof.rows, rows.hits);
    for (const { stream, hits } of await ledger.streamCounts())
      unequal(`rows of stream ${stream} in all sidecars`, proof.streams.get(stream) ?? 0, hits);
  }
  let rejected = 0;
  for (const rejects of await ledger.rejectFiles()) {
    const lines = await unlessDamaged(() => countRejects(join(migration.folder, rejects.path)), breaches);
    unequal(`rows in ${rejects.path}`, lines ?? 0, rejects.rows);
    rejected += lines ?? 0;
  }
  unequal('rows in reject files', rejected, rows.rejected);
  let unsaid = 0;
  for (const chunk of await ledger.deliveredRows()) {
    if (chunk.invalidRows === null && chunk.source !== 'answer') unsaid += 1;
    const name = `${chunk.group} ${chunkName(chunk)}`;
    if (chunk.receiptRows !== null) unequal(`rows in Adobe's receipt for ${name}`, chunk.receiptRows, chunk.rows);
    if (chunk.invalidRows !== null) unequal(`lost rows recorded for ${name}`, chunk.lostRows, chunk.invalidRows);
  }
  return { breaches, unsaid };
}

async function countRejects(path: string): Promise<number> {
  let lines = 0;
  for await (const _ of readRejects(path)) lines += 1;
  return lines;
}
