import { join } from 'node:path';
import { maxGzBytes, maxRawBytes } from '../adobe/limits.ts';
import { hashChunk, readSidecar } from '../chunking/read-chunk.ts';
import type { Migration } from '../config/migration.ts';
import type { Chunk, ChunkId } from '../domain/chunk.ts';
import { MigrationError } from '../domain/error.ts';
import type { Slice } from '../domain/slice.ts';
import { eachChunk } from '../ledger/each-chunk.ts';
import { numbersInForce } from '../ledger/job-records.ts';
import type { Ledger } from '../ledger/open-ledger.ts';
import { idempotencyKey } from '../migration/build/idempotency-key.ts';
import type { Context } from '../migration/context.ts';
import { readUnlessRemoved } from '../migration/deliver/removed-chunk.ts';
import { digest } from '../migration/job/fingerprint.ts';
import { groupNames } from '../migration/job/open-job.ts';
import { createLaneProof, type LaneProof } from './lane-proof.ts';

/** What the chunks of a migration are, and the places where they break a promise. */
export interface ChunkProof {
  /** Of files that were read. */
  rows: number;
  chunks: number;
  /** Of files that were removed after delivery; rows as their sidecars say. */
  readonly removed: { rows: number; chunks: number };
  /** Rows per stream, as the sidecars say. */
  readonly streams: Map<string, number>;
  readonly lanes: string[];
  readonly order: string[];
  readonly bytes: string[];
  readonly limits: string[];
}

/** Reads every chunk and its sidecar; of a chunk that was removed after delivery, what is left. */
export async function proveChunks(migration: Migration, ledger: Ledger, { signal }: Context): Promise<ChunkProof> {
  const removed = { rows: 0, chunks: 0 };
  const breaches = { lanes: [], order: [], bytes: [], limits: [] };
  const proof: ChunkProof = { rows: 0, chunks: 0, removed, streams: new Map(), ...breaches };
  const slices = await ledger.slices();
  for (const [index, group] of groupNames(migration).entries()) {
    const lane = createLaneProof({ index, count: migration.visitorGroups.count, seed: migration.target.suite.seed });
    for await (const chunk of eachChunk(ledger, group)) {
      signal.throwIfAborted();
      await proveChunk(migration, ledger, chunk, lane, proof);
      await proveSizes(migration, ledger, chunk, proof);
      proveSlice(chunk, slices[chunk.slice], proof);
    }
    proof.rows += lane.rows();
    proof.lanes.push(...lane.strangers());
    proof.order.push(...lane.disorder());
  }
  return proof;
}

async function proveChunk(
  migration: Migration,
  ledger: Ledger,
  chunk: Chunk,
  lane: LaneProof,
  proof: ChunkProof,
): Promise<void> {
  const file = lane.begin(chunk.path);
  const read = () => hashChunk(join(migration.folder, chunk.path), file.take);
  const sums = await unlessDamaged(
    async () => (await readUnlessRemoved(migration, ledger, chunk, read)) ?? 'removed',
    proof.bytes,
  );
  if (sums === 'removed') return proveRemoved(migration, chunk, lane, proof);
  proof.chunks += 1;
  if (sums === null) return;
  const { rows, firstTime, lastTime, faults } = file.end();
  const differs = differencesIn(chunk, proof.bytes);
  differs('raw SHA-256', sums.rawSha256, chunk.rawSha256);
  differs('gzip SHA-256', sums.gzSha256, chunk.gzSha256);
  differs('raw bytes', sums.rawBytes, chunk.rawBytes);
  differs('compressed bytes', sums.gzBytes, chunk.gzBytes);
  differs('rows', rows, chunk.rows);
  const differsInTime = differencesIn(chunk, proof.order);
  differsInTime('first time', firstTime, chunk.firstTime);
  differsInTime('last time', lastTime, chunk.lastTime);
  await proveRecords(migration, chunk, proof);
  for (const fault of faults) proof.limits.push(`${chunk.path}: ${fault}`);
  if (sums.members !== 1) proof.limits.push(`${chunk.path}: ${sums.members} gzip members`);
  if (rows === 0) proof.limits.push(`${chunk.path}: no rows`);
}

/** What can be proved of a chunk that is with Adobe alone. */
async function proveRemoved(migration: Migration, chunk: Chunk, lane: LaneProof, proof: ChunkProof): Promise<void> {
  proof.removed.chunks += 1;
  proof.removed.rows += (await proveRecords(migration, chunk, proof)) ?? 0;
  lane.passOver(chunk);
}

/** What stands beside the file: its key, and its sidecar, whose rows it gives. */
async function proveRecords(migration: Migration, chunk: Chunk, proof: ChunkProof): Promise<number | null> {
  const differs = differencesIn(chunk, proof.bytes);
  differs('idempotency key', idempotencyKey(migration.id, chunk), chunk.key);
  const streams = await unlessDamaged(() => countSidecar(migration, chunk, proof), proof.bytes);
  const rows = streams === null ? null : [...streams.values()].reduce((sum, some) => sum + some, 0);
  differs('rows of the sidecar', rows, chunk.rows);
  const stored = new Map(Object.entries(chunk.streams));
  for (const stream of streams === null ? [] : new Set([...streams.keys(), ...stored.keys()]))
    differs(`rows of ${stream} in the sidecar`, streams?.get(stream) ?? 0, stored.get(stream) ?? 0);
  return rows;
}

/** Slices follow one another in time, so that chunks of other times are in no order. */
function proveSlice({ path, firstTime, lastTime }: Chunk, slice: Slice | undefined, { order }: ChunkProof): void {
  if (slice !== undefined && firstTime >= slice.from && lastTime < slice.to) return;
  const bounds = slice === undefined ? 'no slice' : `its slice from ${slice.from} to before ${slice.to}`;
  order.push(`${path}: from ${firstTime} to ${lastTime}, ${bounds}`);
}

async function proveSizes(
  migration: Migration,
  ledger: Ledger,
  { path, rawBytes, gzBytes, ...id }: Chunk,
  { limits }: ChunkProof,
): Promise<void> {
  const own = migration.chunks.maxRawBytes;
  const most = rawBytes > own && !(await isOfThisLimit(migration, ledger, id)) ? maxRawBytes : own;
  if (rawBytes > most) limits.push(`${path}: ${rawBytes} raw bytes, over ${most}`);
  if (gzBytes > maxGzBytes) limits.push(`${path}: ${gzBytes} bytes compressed, over ${maxGzBytes}`);
}

/** Whether a chunk was cut by the migration's own limit, not by that of an earlier content which a person let go on. */
async function isOfThisLimit({ chunks }: Migration, ledger: Ledger, id: ChunkId): Promise<boolean> {
  const contents = await ledger.contents();
  const inForce: unknown = JSON.parse(contents.at(-1)?.json ?? '{}')['chunk limits'];
  return inForce === digest(chunks) && numbersInForce(contents).has(await ledger.contentOf(id));
}

function differencesIn({ path }: Chunk, breaches: string[]) {
  return (what: string, found: unknown, stored: unknown): void => {
    if (found !== stored) breaches.push(`${path}: ${what} is ${found}, sealed as ${stored}`);
  };
}

/** Rows of a chunk by stream, which are added to those of all chunks as well. */
async function countSidecar(
  { folder }: Migration,
  chunk: Chunk,
  { streams }: ChunkProof,
): Promise<ReadonlyMap<string, number>> {
  const own = new Map<string, number>();
  for await (const { stream } of readSidecar(folder, chunk)) {
    streams.set(stream, (streams.get(stream) ?? 0) + 1);
    own.set(stream, (own.get(stream) ?? 0) + 1);
  }
  return own;
}

/**
 * A file that is gone or other than it was written is a breach like any other: the proof goes on behind it. One that the
 * system does not give just now proves nothing either way: `disk.failed`.
 */
export async function unlessDamaged<T>(read: () => Promise<T>, breaches: string[]): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== 'chunk.damaged') throw error;
    breaches.push(error.message);
    return null;
  }
}
